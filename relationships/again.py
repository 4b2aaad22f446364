"""*Ask again*: a wish filled in from an earlier request, or from administration that is over."""

from dataclasses import replace

from django.db.models import Q

from partners.models import Partner, SecurityGroup

from .ask import Ask, ask_of, free_name
from .models import (
    AccessTerms,
    AdminRelationship,
    AdminRole,
    AdminStatus,
    AssignmentStatus,
    RelationshipRequest,
)
from .models.admin_relationship import AdminRelationshipQuerySet
from .request_mail import default_paragraphs


def from_request(request: RelationshipRequest) -> Ask:
    """The same once more, to the same; under a name that is free."""
    ask = ask_of(request)
    administrator = request.administrator
    if administrator.pk != request.partner_id and not administrator.is_reseller_of(request.partner):
        administrator = request.partner
    same = administrator.pk == request.administrator_id
    return replace(
        ask,
        name=free_name(administrator, ask.name) if ask.roles else ask.name,
        administrator=None if administrator.pk == request.partner_id else administrator,
        groups=_open_groups(request.terms) if same else None,
    )


def from_administration(relationship: AdminRelationship) -> Ask:
    """
    To have administration back that ended, whoever ended it (rule R1).

    The customer approved once, so its name and tenant id are known; selling is asked for only
    where it does not run. Of a grant that runs on without some roles, those alone are wanted.
    """
    terms = relationship.granted_terms or relationship.asked_terms
    partner, customer = relationship.partner, relationship.customer
    sells = partner.reseller_relationships.active().filter(customer=customer).exists()
    first, second = default_paragraphs()
    roles = tuple(terms.roles.all())
    if relationship.status == AdminStatus.ACTIVE:
        taken = relationship.granted_roles.filter(removed_at__isnull=False).values("role")
        roles = tuple(terms.roles.filter(pk__in=taken))
    return Ask(
        name=free_name(partner, relationship.name),
        asks_selling=partner.transacts and not sells,
        roles=roles,
        days=terms.days,
        auto_extend=terms.auto_extend,
        groups=_open_groups(terms),
        addressed_tenant_id=customer.tenant_id if customer else None,
        first_paragraph=first,
        second_paragraph=second,
    )


def renewed_by(partner: Partner) -> AdminRelationshipQuerySet:
    """
    What the partner may ask to renew, as long as it runs.

    Its own administration, and what its own requests gave to an indirect reseller of its: such a
    one has no requests (rule R45).
    """
    for_reseller = Q(request__partner=partner, partner__in=partner.resellers())
    return AdminRelationship.objects.filter(Q(partner=partner) | for_reseller)


def groups_that_have(relationship: AdminRelationship) -> tuple[SecurityGroup, ...] | None:
    """The groups that have its roles now, as a wish for the same names them."""
    assigned = relationship.assignments.filter(status=AssignmentStatus.ACTIVE).values("group")
    return tuple(relationship.partner.security_groups.open().filter(pk__in=assigned)) or None


def to_renew(relationship: AdminRelationship, asker: Partner | None = None) -> Ask:
    """
    The same for longer: the roles that it has now, for the groups that have them now.

    Approving it ends the present one, so that nothing runs twice.
    """
    terms = relationship.granted_terms or relationship.asked_terms
    customer, administrator = relationship.customer, relationship.partner
    standing = relationship.granted_roles.filter(removed_at__isnull=True).values("role")
    first, second = default_paragraphs()
    return Ask(
        name=free_name(relationship.partner, relationship.name),
        roles=tuple(AdminRole.objects.filter(pk__in=standing)),
        days=terms.days,
        auto_extend=relationship.extension_wished_at is not None,
        groups=groups_that_have(relationship),
        administrator=None if asker in (None, administrator) else administrator,
        supersedes=relationship,
        addressed_tenant_id=customer.tenant_id if customer else None,
        first_paragraph=first,
        second_paragraph=second,
    )


def _open_groups(terms: AccessTerms | None) -> tuple | None:
    return tuple(terms.planned_groups.open()) or None if terms else None
