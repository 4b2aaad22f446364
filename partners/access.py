"""Pages of a partner are reached by a place in it."""

from partnercenter.lib.access import through_membership

from .models import PartnerMembership

partner_view = through_membership(
    PartnerMembership.objects.visible_to, partner__slug="partner_slug"
)
