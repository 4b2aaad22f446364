"""A partner makes, fills, empties and closes groups, and gives them roles of its grants."""

from typing import Any

from partners.models import PartnerMembership, SecurityGroup
from relationships.models import AdminRole
from relationships.moves import assignments, groups

from .drawing import Drawing, act
from .naive_access import granted_roles
from .steps import grant_of, partner_of

MOST = 4


class Groups(Drawing):
    """Who of a partner has what of that which it administers."""

    @act(2)
    def open_a_group(self, data: Any) -> None:
        partner = self.pick(data, self.world.partners, "partner")
        if sum(group.partner_id == partner.pk for group in self.open_groups()) >= MOST:
            return
        by, key, name = self.world.agent(partner.pk), partner.pk, f"Group {self.next_number()}"
        self.make("open group", lambda: groups.open_group(partner_of(key), name, by=by))

    @act(4, needs=Drawing.open_groups)
    def put_somebody_in(self, data: Any) -> None:
        """Also somebody who is in it, or of another partner, which is refused."""
        group = self.pick(data, self.open_groups(), "group")
        place = self.pick(data, self._places(data, group), "place")
        self._with_person("put into group", groups.add_person, group, place)

    @act(1, needs=Drawing.open_groups)
    def take_somebody_out(self, data: Any) -> None:
        group = self.pick(data, self.open_groups(), "group")
        place = self.pick(data, self._places(data, group), "place")
        self._with_person("take out of group", groups.take_out, group, place)

    @act(1, needs=Drawing.open_groups)
    def close_a_group(self, data: Any) -> None:
        group = self.pick(data, self.open_groups(), "group")
        by, key = self.world.agent(group.partner_id), group.id
        self.make("close group", lambda: groups.close_group(group_of(key), by=by))

    @act(3, needs=Drawing.live_grants)
    def assign(self, data: Any) -> None:
        """Some of the grant's roles, or none, to a group of the partner or, refused, another's."""
        grant = self.pick(data, self.live_grants(), "grant")
        everybody = self.rows.of(SecurityGroup).values()
        own = [group for group in everybody if group.partner_id == grant.partner_id]
        strange = self.now_and_then(data, 8)
        group = self.pick(data, everybody if strange else own, "group")
        given = sorted(granted_roles(self.rows, grant.id))
        roles = [key for key in given if self.now_and_then(data, 2)]
        by, key, of = self.world.agent(grant.partner_id), group.id, grant.id

        def move() -> Any:
            chosen = list(AdminRole.objects.filter(pk__in=roles))
            return assignments.assign(grant_of(of), group_of(key), chosen, by=by)

        self.make("assign", move)

    def _places(self, data: Any, group: Any) -> list:
        places = list(self.rows.of(PartnerMembership).values())
        if self.now_and_then(data, 8):
            return places
        return [place for place in places if place.partner_id == group.partner_id]

    def _with_person(self, kind: str, move: Any, group: Any, place: Any) -> None:
        by, key, of = self.world.agent(group.partner_id), group.id, place.id

        def run() -> Any:
            return move(group_of(key), PartnerMembership.objects.get(pk=of), by=by)

        self.make(kind, run)


def group_of(key: int) -> SecurityGroup:
    return SecurityGroup.objects.select_related("partner").get(pk=key)
