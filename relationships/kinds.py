"""The sentences in which pages tell the events of this room and of the two organisations."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "request.drafted": _("A draft was saved."),
    "request.edited": _("The draft was changed."),
    "request.discarded": _("The draft was discarded."),
    "request.created": _("A request was created."),
    "request.text_edited": _("The text of the mail was changed."),
    "request.names_administrator": _("%(provider)s asks a customer to let you administer."),
    "request.cancelled": _("The request was cancelled."),
    "request.withdrawn": _("%(asked_by)s took back “%(request)s”."),
    "standing_link.created": _("The standing link was made."),
    "standing_link.edited": _("The standing link was changed."),
    "standing_link.rotated": _("The standing link was replaced by a new one."),
    "request.sent": _("The request was sent by e-mail."),
    "request.opened": _("The request was opened by a person of the customer."),
    "request.approved": _("%(customer)s approved the request of %(partner)s."),
    "request.declined": _("%(customer)s declined the request of %(partner)s."),
    "request.expired": _("The request expired without an answer."),
    "administration.expired": _("The administration by %(partner)s reached its end date."),
    "partner.added": _("The operator enrolled %(partner)s."),
    "partner.verified": _("The operator verified %(partner)s."),
    "partner.suspended": _("The operator suspended %(partner)s."),
    "partner.restored": _("The operator restored %(partner)s."),
    "partner.invited": _("A person was invited to %(partner)s."),
    "partner.invitation_accepted": _("A person took a place in %(partner)s."),
    "customer.added": _("The operator entered %(customer)s."),
    "customer.invited": _("A person was invited to %(customer)s."),
    "customer.invitation_accepted": _("A person took a place in %(customer)s."),
    "administration.service_added": _(
        "%(service)s is administered by %(partner)s too, which administers every service."
    ),
    "service.added": _("The operator added a service to the catalogue."),
    "service.edited": _("The operator edited a service of the catalogue."),
    "offer.added": _("The operator added an offer to the catalogue."),
    "offer.edited": _("The operator edited an offer of the catalogue."),
    "adminrole.added": _("The operator added a role to the catalogue."),
    "adminrole.edited": _("The operator edited a role of the catalogue."),
}
