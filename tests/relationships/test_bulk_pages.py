"""The pages of bulk jobs: from ticks, filter or file to the effects, the start and the results."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from relationships.models import BulkJob
from relationships.moves import bulk, bulk_work
from tests import factories as make

from .scenes import page_of, text_of
from .test_bulk import Scene, now_of, states
from .test_people import Nothing

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory; the page
# of effects tries the real move for each row that it shows, which is not counted here.
QUERIES = 9


@pytest.fixture
def scene(client):
    scene = Scene()
    client.force_login(scene.agent)
    return scene


@pytest.fixture
def go(client, scene):
    """Post to one of the partner's addresses, as its agent."""

    def go(name, data=None, *more, follow=True):
        return client.post(page_of(name, scene.alder, *more), data or {}, follow=follow)

    return go


def file(text, name="list.csv"):
    return SimpleUploadedFile(name, text.encode())


def job_page(job):
    return page_of("bulk-job", job.partner, job.public_id)


def asking(**fields):
    form = {"name": "Mail", "asks_selling": "on", "send": "on"}
    return form | fields


class TestWay:
    def test_from_ticks_by_the_effects_to_the_result(self, scene, client, go):
        ticked = [str(grant.public_id) for grant in scene.grants[:2]]
        answer = go("bulk-choose", {"act": "terminate", "which": "ticked", "row": ticked})
        job = BulkJob.objects.get()
        text = text_of(answer)
        for expected in (
            "2 rows would be done",
            "the administration “",
            "Every subscription, with its seller",
            "Nothing is done yet",
        ):
            assert expected in text
        assert len(scene.run()) == 3
        answer = go("bulk-start", {"seen": answer.context["what"].digest}, job.public_id)
        assert "The job was started" in text_of(answer)
        assert "0 of 2" in text_of(answer)
        bulk_work.sweep()
        answer = client.get(job_page(job))
        assert "2 of 2" in text_of(answer)
        assert "ends as a whole" in text_of(answer)
        assert page_of("partner-customer", scene.alder, scene.customer.tenant_id) in text_of(answer)
        assert scene.run() == [scene.grants[2]]
        assert "2 of 2" in text_of(client.get(page_of("bulk-list", scene.alder)))

    def test_from_all_that_the_page_shows(self, scene, go):
        data = {"act": "terminate", "which": "all", "show": "later", "q": scene.grants[1].name}
        go("bulk-choose", data)
        job = BulkJob.objects.get()
        assert [row.relationship for row in job.rows.all()] == [scene.grants[1]]
        assert job.source == "filter"

    def test_without_a_tick_or_an_act_makes_no_job(self, scene, go):
        for data in (
            {"act": "terminate", "which": "ticked"},
            {"act": "nothing", "which": "all"},
            {"act": "terminate", "which": "all", "show": "expired"},
        ):
            with Nothing():
                assert go("bulk-choose", data).status_code == 200

    def test_that_is_not_made_leads_back_to_what_was_sought(self, scene, go):
        asked = {"q": "Fern hill", "show": "later"}
        for data in (
            {"act": "terminate", "which": "ticked"},
            {"act": "nothing", "which": "all"},
            {"act": "terminate", "which": "all"},  # nothing is found
        ):
            answer = go("bulk-choose", data | asked, follow=False)
            url = page_of("admin-relationships", scene.alder)
            assert answer.url == f"{url}?q=Fern+hill&show=later"
        assert not BulkJob.objects.exists()

    def test_of_which_nothing_can_be_done_says_so_and_leads_back(self, scene, client, go):
        data = {"act": "no-wish", "which": "all", "show": "later", "q": "Fernhill"}
        answer = go("bulk-choose", data)
        said = "Every row would be refused, so there is nothing to start."
        assert said in text_of(answer)
        back = f"{page_of('admin-relationships', scene.alder)}?q=Fernhill&amp;show=later"
        assert f'<a href="{back}">choose again</a>' in text_of(answer)
        assert page_of("bulk-start", scene.alder, answer.context["job"].public_id) not in (
            text_of(answer)
        )
        assert "would be done" not in text_of(answer)
        assert "<h1>Take the wish for extension back</h1>" in text_of(answer)
        refused = next(tab for tab in answer.context["tabs"] if tab["label"] == "Would be refused")
        assert back in text_of(client.get(refused["url"]))
        with Nothing():
            job = BulkJob.objects.get()
            assert "Nothing of it can be done." in text_of(go("bulk-start", {}, job.public_id))
        ticked = {"act": "wish", "which": "ticked", "row": [str(scene.grants[0].public_id)]}
        answer = go("bulk-choose", ticked)
        assert said not in text_of(answer)
        assert "<h1>Wish for extension</h1>" in text_of(answer)

    def test_that_is_no_more_than_chosen_cannot_be_resumed(self, scene, go):
        for act in ("terminate", "assign"):
            go("bulk-choose", {"act": act, "which": "all"})
            job = BulkJob.objects.latest("pk")
            for given in ({}, {"file": file("id\n")}):
                with Nothing():
                    answer = go("bulk-resume", given, job.public_id)
                assert answer.redirect_chain
                assert "This job was not started yet" in text_of(answer)

    def test_gives_a_group_after_saying_which(self, scene, client, go):
        group = scene.mail_people()
        go("bulk-choose", {"act": "assign", "which": "all"})
        job = BulkJob.objects.get()
        assert "would be done" not in text_of(client.get(job_page(job)))
        with Nothing():
            assert go("bulk-give", {"group": ""}, job.public_id).status_code == 422
            foreign = scene.birch.security_groups.get().public_id
            assert go("bulk-give", {"group": foreign}, job.public_id).status_code == 422
        answer = go("bulk-give", {"group": group.public_id}, job.public_id)
        assert "The group “Mail people” gets the role Exchange Administrator." in text_of(answer)
        go("bulk-start", {"seen": answer.context["what"].digest}, job.public_id)
        with Nothing():  # too late to give something else
            assert "started already" in text_of(
                go("bulk-give", {"group": group.public_id}, job.public_id)
            )
        bulk_work.sweep()
        assert group.assignments.filter(status="active").count() == 3

    def test_is_discarded(self, scene, go):
        go("bulk-choose", {"act": "terminate", "which": "all"})
        job = BulkJob.objects.get()
        assert "Nothing was done" in text_of(go("bulk-discard", {}, job.public_id))
        assert not BulkJob.objects.exists()

    def test_stops_and_goes_on(self, scene, go):
        job = scene.started()
        bulk_work.work_on(job)
        answer = go("bulk-stop", {}, job.public_id)
        assert "2 rows are left" in text_of(answer)
        assert "The job goes on" in text_of(go("bulk-resume", {}, job.public_id))
        assert "not stopped" in text_of(go("bulk-resume", {}, job.public_id))
        bulk_work.sweep()
        assert now_of(job) == "done"

    def test_that_was_halted_says_so(self, scene, client):
        job = scene.started()
        place = scene.alder.memberships.get(user=scene.agent)
        place.agent = "sales_agent"
        place.save(update_fields=["agent"])
        bulk_work.sweep()
        client.force_login(make.make_admin_agent(scene.alder))
        text = text_of(client.get(job_page(job)))
        assert "The job ended before it was through" in text


class TestFile:
    def test_names_the_administrations(self, scene, client, go):
        ids = [scene.grants[0].public_id, "nowhere"]
        text = "Id;Customer\r\n" + "".join(f"{key};y\r\n" for key in ids)
        answer = go("bulk-upload", {"act": "terminate", "file": file(text)})
        text = text_of(answer)
        assert "1 row would be done" in text
        assert "1 row would be refused: Your organisation has nothing with this id." in text
        only = client.get(job_page(BulkJob.objects.get()), {"only": "refused"})
        assert [tried.row.number for tried in only.context["shown"]] == [2]

    def test_that_is_broken_makes_no_job_and_says_where(self, scene, go):
        for text, said in {
            'id\n"x\n': "Line 2 cannot be read as CSV: in column 1 (id)",
            "customer\nx\n": "missing: id",
            "id\n": "Nothing was chosen",
        }.items():
            with Nothing():
                answer = go("bulk-upload", {"act": "terminate", "file": file(text)})
            assert said in text_of(answer)
            assert (answer.status_code, "choose one again" in text_of(answer)) == (422, True)

    def test_has_a_size(self, scene, go, monkeypatch):
        monkeypatch.setattr("relationships.forms.bulk.MOST_BYTES", 10)
        with Nothing():
            answer = go("bulk-upload", {"act": "terminate", "file": file("id\n" + "x" * 9)})
        assert answer.status_code == 422

    def test_under_way_is_not_begun_a_second_time(self, scene, client, go):
        text = f"id\n{scene.grants[0].public_id}\n"
        answer = go("bulk-upload", {"act": "terminate", "file": file(text)})
        job = BulkJob.objects.get()
        go("bulk-start", {"seen": answer.context["what"].digest}, job.public_id)
        with Nothing():
            again = go("bulk-upload", {"act": "terminate", "file": file(f"\ufeffid\r\n{text[3:]}")})
        assert "No other was made" in text_of(again)
        assert again.context["job"] == job

    def test_given_again_must_say_the_same(self, scene, client, go):
        text = "".join(f"{grant.public_id}\n" for grant in scene.grants)
        answer = go("bulk-upload", {"act": "terminate", "file": file("id\n" + text)})
        job = BulkJob.objects.get()
        go("bulk-start", {"seen": answer.context["what"].digest}, job.public_id)
        bulk_work.work_on(job)
        go("bulk-stop", {}, job.public_id)
        with Nothing():
            answer = go("bulk-resume", {"file": file("id\n" + text[:-37])}, job.public_id)
        assert answer.status_code == 422
        assert "This is not the file with which the job began" in text_of(answer)
        with Nothing():
            answer = go("bulk-resume", {"file": file("nothing\n")}, job.public_id)
        assert "missing: id" in text_of(answer)
        go("bulk-resume", {"file": file("Id\r\n" + text.replace("\n", "\r\n"))}, job.public_id)
        bulk_work.sweep()
        assert (now_of(job), states(job)) == ("done", ["done"] * 3)


class TestRequests:
    def test_of_a_file_are_shown_made_and_given_back_with_their_links(self, scene, client, go):
        text = "customer,name\nann@glen.example,북극성\nlarch.example,\nnonsense here,\n"
        answer = go("bulk-request", asking(send="", file=file(text)))
        text = text_of(answer)
        assert "2 rows would be done" in text
        assert "The request “북극성” to ann@glen.example is made." in text
        assert not scene.alder.requests.filter(addressed_email="ann@glen.example").exists()
        job = BulkJob.objects.get()
        go("bulk-start", {"seen": answer.context["what"].digest}, job.public_id)
        bulk_work.sweep()
        answer = client.get(page_of("bulk-download", scene.alder, job.public_id))
        content = b"".join(answer.streaming_content).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(content)))
        made = scene.alder.requests.get(addressed_email="ann@glen.example")
        assert (rows[0]["Name"], rows[0]["Link"]) == ("북극성", made.link)
        assert [row["State"] for row in rows] == ["done", "done", "refused"]

    def test_say_how_long_their_mails_take(self, scene, go, settings):
        settings.REQUEST_MAILS_PER_DAY = 2
        for count, takes in ((5, ["about 3 days"]), (2, [])):
            text = "customer\n" + "".join(f"a@n{number}.example\n" for number in range(count))
            said = text_of(go("bulk-request", asking(file=file(text))))
            assert "mails an hour and 2 a day go out" in said
            assert re.findall(r"This takes ([^.<]+)", said) == takes

    def test_keep_what_was_typed_where_the_file_is_broken(self, scene, go):
        with Nothing():
            answer = go("bulk-request", asking(name="Mine", file=file("x\n")))
        assert answer.status_code == 422
        assert 'value="Mine"' in text_of(answer)
        assert "choose one again" in text_of(answer)

    def test_are_not_made_by_who_cannot_make_any(self, scene, client):
        kind = type(scene.alder).objects.filter(pk=scene.alder.pk)
        kind.update(kind="indirect_reseller")
        assert client.get(page_of("bulk-request", scene.alder)).status_code == 403
        kind.update(kind="direct_bill", verified_at=None, verified_by=None)
        assert "has not verified" in text_of(client.get(page_of("bulk-request", scene.alder)))


class TestStranger:
    def test_finds_no_job_of_another_partner(self, scene):
        job = scene.started()
        browser = Client()
        browser.force_login(make.make_admin_agent(scene.birch))
        with Nothing():
            for name in ("bulk-job", "bulk-download"):
                url = page_of(name, scene.birch, job.public_id)
                assert browser.get(url).status_code == 404
            for name in ("give", "start", "stop", "resume", "discard"):
                url = page_of(f"bulk-{name}", scene.birch, job.public_id)
                assert browser.post(url).status_code == 404

    def test_ticks_of_another_partner_s_are_unknown_rows(self, scene, client, go):
        birch = scene.birch
        foreign = scene.grant(birch, make.USER_ADMINISTRATOR, days=30)
        answer = go(
            "bulk-choose",
            {"act": "terminate", "which": "ticked", "row": [str(foreign.public_id)]},
        )
        text = text_of(answer)
        assert "Your organisation has nothing with this id." in text
        assert foreign.name not in text


class TestCost:
    def test_of_the_pages_is_the_same_with_more_rows(
        self, scene, client, django_assert_max_num_queries
    ):
        job = scene.started()
        bulk_work.work_on(job)
        bulk.stop(job, by=scene.actor)
        for name, more in (("bulk-list", []), ("bulk-job", [job.public_id]), ("bulk-upload", [])):
            with django_assert_max_num_queries(QUERIES):
                client.get(page_of(name, scene.alder, *more))

    def test_of_the_effects_grows_with_the_rows_that_are_tried_alone(
        self, scene, client, monkeypatch, django_assert_max_num_queries
    ):
        monkeypatch.setattr("relationships.bulk_page.TRIED", 0)
        job = scene.chosen()
        with django_assert_max_num_queries(QUERIES):
            client.get(job_page(job))
