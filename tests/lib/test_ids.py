import uuid

from partnercenter.lib.ids import new_token, uuid7


class TestUuid7:
    def test_is_of_version_7_and_grows(self):
        made = [uuid7() for _ in range(1000)]
        assert {one.version for one in made} == {7}
        assert all(type(one) is uuid.UUID for one in made)
        assert made == sorted(set(made))


class TestNewToken:
    def test_has_32_bytes_and_fits_an_address(self):
        token = new_token()
        assert len(token) == 43
        assert token.replace("-", "").replace("_", "").isalnum()
        assert new_token() != token
