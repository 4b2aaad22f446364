"""The gallery draws every component, and is there for developers only."""

import pytest

from partnercenter.gallery import SIDES, TEMPLATES

pytestmark = pytest.mark.django_db

ADDRESS = "/dev/gallery/"


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    settings.SECURE_SSL_REDIRECT = False


@pytest.mark.usefixtures("demo")
class TestGallery:
    @pytest.mark.parametrize("side", SIDES)
    def test_is_drawn_on_every_side(self, client, side):
        response = client.get(ADDRESS, {"side": side})
        assert response.status_code == 200
        assert f'data-side="{side}"' in response.content.decode()

    def test_draws_every_component(self, client):
        response = client.get(ADDRESS)
        drawn = {template.name for template in response.templates}
        components = {f"components/{path.name}" for path in (TEMPLATES / "components").glob("*")}
        assert components <= drawn

    def test_tells_an_unconfirmed_domain_from_a_confirmed_one(self, client):
        drawn = client.get(ADDRESS).content.decode()
        assert drawn.count('<span class="domain-state">') == 1
        assert "domain not confirmed" in drawn

    def test_refuses_a_side_that_does_not_exist(self, client):
        assert client.get(ADDRESS, {"side": "../base"}).status_code == 404


def test_is_not_there_outside_the_demo(client, settings):
    settings.DEMO = settings.DEBUG = False
    settings.SECURE_SSL_REDIRECT = False
    assert client.get(ADDRESS).status_code == 404
