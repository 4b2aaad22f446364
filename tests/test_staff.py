"""Every page of the staff: who reaches it, what it changes, what it costs."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import partnercenter.urls  # noqa: F401  importing registers every admin class
from partnercenter.lib.staff_pages import LookOnlyAdmin, StaffAdmin
from partnercenter.staff import GROUPS
from partners.rights import Admin
from relationships.breaches import write_down
from relationships.differences import Difference
from relationships.models import FoundBy
from subscriptions.comparing import Problem
from tests import factories as make
from tests.relationships.admin.world import make_job, make_pair, make_policy

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LOOK_ONLY = [model for model in MODELS if isinstance(admin.site._registry[model], LookOnlyAdmin)]
ALL = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


@pytest.fixture
def pair():
    Group.objects.create(name="Supervisors")
    make.make_registration()
    pair = make_pair()
    row = pair.customer.subscriptions.get()
    found = Difference(Problem.CHANGED, row.public_id, row.canonical_form(), "{}")
    write_down([(found, pair.customer)], found_by=FoundBy.WATCH)
    make.make_identity_provider(pair.customer)
    make_policy(pair.customer)
    make_job(pair.request.partner)
    return pair


@pytest.fixture
def superuser(client):
    superuser = make.make_staff()
    client.force_login(superuser)
    return superuser


def address(model, page, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def pages(model):
    row = model._default_manager.order_by("pk").first()
    assert row is not None, "the test has no row of it"
    return [address(model, "changelist"), address(model, "change", row.pk)]


def rows(model):
    return list(model._default_manager.order_by("pk").values())


def test_every_admin_class_is_one_of_ours():
    assert not [
        model for model in MODELS if not isinstance(admin.site._registry[model], StaffAdmin)
    ]


def test_look_only_is_everything_that_has_a_state_or_proves_something():
    assert {model._meta.label for model in LOOK_ONLY} == {
        "account.EmailAddress",
        "accounts.Actor",
        "audit.Event",
        "customers.CustomerRegistration",
        "mail.Delivery",
        "relationships.AdminRelationship",
        "relationships.Breach",
        "relationships.BulkJob",
        "relationships.Certificate",
        "relationships.Decision",
        "relationships.IdentityProvider",
        "relationships.RelationshipRequest",
        "relationships.RequestPolicy",
        "relationships.ResellerRelationship",
        "relationships.ServiceAdministration",
        "subscriptions.Subscription",
    }


class TestFirstPage:
    def test_groups_every_page_by_what_staff_come_for(self, client, superuser):
        placed = [label for _name, labels in GROUPS.values() for label in labels]
        assert sorted(placed) == sorted(model._meta.label for model in MODELS)
        shown = client.get(reverse("admin:index")).context["app_list"]
        assert [str(group["name"]) for group in shown] == [
            "Partners",
            "Customers",
            "Catalogue",
            "Supervision",
            "People",
        ]
        assert all(page["purpose"] for group in shown for page in group["models"])

    def test_shows_each_person_what_they_may_look_at(self, client):
        staff = make.make_user(is_staff=True)
        staff.user_permissions.add(Permission.objects.get(codename="view_partner"))
        client.force_login(staff)
        answer = client.get(reverse("admin:index"))
        assert [group["app_label"] for group in answer.context["app_list"]] == ["partners"]
        assert 'class="addlink"' not in answer.content.decode()

    def test_is_where_the_pages_of_rooms_lead(self, client, superuser):
        answer = client.get(reverse("admin:app_list", args=["relationships"]))
        assert answer["Location"] == reverse("admin:index")


@ALL
class TestPages:
    def test_open_for_a_superuser(self, client, superuser, pair, model):
        for url in pages(model):
            assert client.get(url).status_code == 200, url

    def test_open_for_who_may_look_and_offer_nothing_more(self, client, pair, model):
        staff = make.make_user(is_staff=True)
        staff.user_permissions.add(
            Permission.objects.get(
                content_type__app_label=model._meta.app_label,
                codename=f"view_{model._meta.model_name}",
            )
        )
        client.force_login(staff)
        for url in pages(model):
            answer = client.get(url)
            assert answer.status_code == 200, url
            text = answer.content.decode().partition("<main")[2]
            assert 'type="submit" value="Save"' not in text
            assert "moves/" not in text

    def test_refuse_staff_without_the_permission(self, client, pair, model):
        client.force_login(make.make_user(is_staff=True))
        before = rows(model)
        for url in (*pages(model), address(model, "add")):
            assert client.get(url).status_code == 403, url
            assert client.post(url, {"reason": "because"}).status_code == 403, url
        assert rows(model) == before

    def test_send_who_has_not_signed_in_to_do_so(self, client, pair, model):
        for url in pages(model):
            answer = client.get(url, follow=True)
            assert answer.redirect_chain[-1][0].startswith("/accounts/login/"), url

    def test_are_closed_to_the_people_of_organisations(self, client, pair, model):
        insider = make.join_partner(pair.request.partner, admin=Admin.GLOBAL_ADMIN)
        for person in (insider, make.join_customer(pair.customer)):
            client.force_login(person)
            for url in pages(model):
                assert client.get(url, follow=True).status_code == 403, url

    def test_delete_nothing(self, client, superuser, pair, model):
        row = model._default_manager.order_by("pk").first()
        before = rows(model)
        answer = client.post(address(model, "delete", row.pk), {"post": "yes"})
        assert answer.status_code == 403
        action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        client.post(address(model, "changelist"), action)
        assert rows(model) == before
        text = client.get(address(model, "change", row.pk)).content.decode()
        assert "/delete/" not in text

    def test_filter_by_no_column_that_they_do_not_offer(self, client, superuser, pair, model):
        for column in ("token", "text", "html", "password", "key", "content", "email"):
            answer = client.get(address(model, "changelist"), {f"{column}__startswith": "a"})
            assert answer.status_code in (302, 400), column

    def test_keep_no_second_log(self, client, superuser, pair, model):
        row = model._default_manager.order_by("pk").first()
        answer = client.get(address(model, "history", row.pk))
        assert answer["Location"] == address(model, "change", row.pk)


@pytest.mark.parametrize("model", LOOK_ONLY, ids=lambda model: model._meta.label)
def test_look_only_pages_take_no_post(client, superuser, pair, model):
    before = rows(model)
    for url in (pages(model)[1], address(model, "add")):
        assert client.post(url, {"reason": "because", "name": "x"}).status_code == 403, url
    assert rows(model) == before


def test_lists_cost_the_same_with_3_rows_and_with_30(client, superuser, pair):
    def queries():
        counted = {}
        for model in MODELS:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address(model, "changelist")).status_code == 200
            counted[model._meta.label] = len(asked)
        return counted

    def grow(number):
        for _ in range(number):
            make_pair()
            Group.objects.create(name=f"Group {Group.objects.count()}")

    grow(2)
    queries()  # content types are read once and kept
    few = queries()
    grow(27)
    assert queries() == few
    assert max(few.values()) <= 12


@ALL
def test_pages_of_rows_cost_at_most_12_queries(client, superuser, pair, model):
    url = pages(model)[1]
    client.get(url)  # content types are read once and kept
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    assert len(asked) <= 12
