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
    "request.first_approval": _("A first person approved; a second has to approve the same."),
    "request.declined": _("%(customer)s declined the request of %(asker)s."),
    "request.was_declined": _("The customer declined the request."),
    "request.against_policy": _("Your request policy refused a request of %(asked_by)s."),
    "request.met_policy": _("The request policy of a customer refused the request."),
    "customer.policy_changed": _("The request policy of %(customer)s was changed."),
    "customer.policy_code_renewed": _("%(customer)s has a new request code."),
    "customer.policy_code_dropped": _("%(customer)s no longer asks for a request code."),
    "customer.policy_listed": _("%(listed)s was put on a list of the request policy."),
    "customer.policy_unlisted": _("%(listed)s was taken off a list of the request policy."),
    "request.expired": _("The request expired without an answer."),
    "administration.expired": _("The administration by %(partner)s reached its end date."),
    "admin_relationship.approved": _("“%(administration)s” was approved."),
    "admin_relationship.activating": _("“%(administration)s” is being made ready."),
    "admin_relationship.active": _("“%(administration)s” is active."),
    "admin_relationship.expiring": _("“%(administration)s” is past its end."),
    "admin_relationship.expired": _("“%(administration)s” has expired."),
    "admin_relationship.termination_requested": _("The end of “%(administration)s” was asked for."),
    "admin_relationship.terminating": _("“%(administration)s” is being taken down."),
    "admin_relationship.terminated": _("“%(administration)s” is terminated."),
    "partner.added": _("The operator enrolled %(partner)s."),
    "partner.verified": _("The operator verified %(partner)s."),
    "partner.suspended": _("The operator suspended %(partner)s."),
    "partner.restored": _("The operator restored %(partner)s."),
    "partner.edited": _("The operator edited %(partner)s."),
    "partner.kind_changed": _("The operator changed the kind of %(partner)s."),
    "partner.invited": _("A person was invited to %(partner)s."),
    "partner.invitation_accepted": _("A person took a place in %(partner)s."),
    "partner.invitation_withdrawn": _("An invitation to %(partner)s was withdrawn."),
    "partner.join_requested": _("A person of the domain asked %(partner)s for a place."),
    "partner.join_refused": _("A person of the domain was not let in to %(partner)s."),
    "partner.let_in": _("A person of the domain was let in to %(partner)s."),
    "partner.role_changed": _("A person of %(partner)s was given other roles."),
    "partner.person_removed": _("A person's place in %(partner)s was taken away."),
    "partner.factors_reset": _("The second factor of a person of %(partner)s was taken away."),
    "customer.factors_reset": _("The second factor of a person of %(customer)s was taken away."),
    "customer.factor_demanded": _("%(customer)s asks its people for a second factor."),
    "customer.factor_not_demanded": _("%(customer)s no longer asks for a second factor."),
    "partner.group_opened": _("The group “%(group_name)s” was made."),
    "partner.group_renamed": _("The group “%(was)s” is called “%(is)s” now."),
    "partner.group_closed": _("The group “%(group_name)s” was closed."),
    "partner.group_person_added": _("A person was put into the group “%(group_name)s”."),
    "partner.group_person_taken_out": _("A person was taken out of the group “%(group_name)s”."),
    "administration.assigned": _(
        "%(partner)s gave roles for %(customer)s to its group “%(group_name)s”."
    ),
    "administration.assignment_changed": _(
        "The group “%(group_name)s” of %(partner)s has other roles for %(customer)s."
    ),
    "administration.unassigned": _(
        "The group “%(group_name)s” of %(partner)s has no roles for %(customer)s any more."
    ),
    "bulk.chosen": _("Rows for a bulk job were chosen."),
    "bulk.given": _("What a bulk job gives was chosen."),
    "bulk.discarded": _("A bulk job was discarded before it began."),
    "bulk.started": _("A bulk job was started."),
    "bulk.stopped": _("A bulk job was stopped."),
    "bulk.resumed": _("A bulk job was resumed."),
    "bulk.halted": _("A bulk job was ended, and the rest of it refused."),
    "bulk.finished": _("A bulk job is done."),
    "partner.sign_on_set_up": _("The identity provider of %(partner)s was entered."),
    "partner.sign_on_tested": _("The identity provider of %(partner)s was tested."),
    "partner.sign_on_turned_on": _("Single sign-on of %(partner)s was turned on."),
    "partner.sign_on_turned_off": _("Single sign-on of %(partner)s was turned off."),
    "partner.person_arrived": _("A person came to %(partner)s by single sign-on."),
    "customer.sign_on_set_up": _("The identity provider of %(customer)s was entered."),
    "customer.sign_on_tested": _("The identity provider of %(customer)s was tested."),
    "customer.sign_on_turned_on": _("Single sign-on of %(customer)s was turned on."),
    "customer.sign_on_turned_off": _("Single sign-on of %(customer)s was turned off."),
    "customer.person_arrived": _("A person came to %(customer)s by single sign-on."),
    "user.handed_over": _("An account that nobody had proved became that of who proved it."),
    "user.deleted": _("A person deleted their account."),
    "user.factors_reset": _("The operator took away the second factor of a person."),
    "partner.person_left": _("A person left %(partner)s."),
    "customer.added": _("The operator entered %(customer)s."),
    "customer.edited": _("The account of %(customer)s was edited."),
    "customer.domain_confirmed": _("The operator confirmed the domain of %(customer)s."),
    "customer.invited": _("A person was invited to %(customer)s."),
    "customer.invitation_accepted": _("A person took a place in %(customer)s."),
    "customer.domain_proved": _("%(customer)s proved its domain %(domain)s by a record."),
    "customer.domain_lost": _("The record that proved %(domain)s is gone."),
    "customer.let_in": _("A person of the domain was let in to %(customer)s."),
    "customer.invitation_withdrawn": _("An invitation to %(customer)s was withdrawn."),
    "customer.role_changed": _("A person of %(customer)s was given another role."),
    "customer.person_removed": _("A person's place in %(customer)s was taken away."),
    "customer.person_left": _("A person left %(customer)s."),
    "request.passed_on": _("A person asked another to decide on a request."),
    "administration.displaced": _(
        "%(partner)s no longer administers %(services)s for %(customer)s: another partner does."
    ),
    "administration.terminated": _("An administration of %(customer)s by %(partner)s was ended."),
    "administration.paused": _("%(customer)s paused administration by %(partner)s."),
    "administration.resumed": _("%(customer)s resumed administration by %(partner)s."),
    "administration.roles_taken": _(
        "Single roles that %(partner)s had for %(customer)s were taken away."
    ),
    "administration.extension_wished": _(
        "%(partner)s wishes that an administration of %(customer)s be extended at its end."
    ),
    "administration.extension_not_wished": _(
        "%(partner)s no longer wishes that an administration of %(customer)s be extended."
    ),
    "administration.extension_allowed": _(
        "%(customer)s allowed that an administration by %(partner)s be extended at its end."
    ),
    "administration.extension_forbidden": _(
        "%(customer)s forbade that an administration by %(partner)s be extended."
    ),
    "administration.extended": _(
        "An administration of %(customer)s by %(partner)s was extended, by the customer's yes."
    ),
    "administration.removed": _("%(customer)s took all administration from %(partner)s."),
    "selling.winding_down": _("%(partner)s takes no new orders from %(customer)s; it winds down."),
    "selling.ended": _("%(partner)s no longer sells to %(customer)s."),
    "administration.service_added": _(
        "%(service)s is administered by %(partner)s too, which administers every service."
    ),
    "administration.service_started": _(
        "%(partner)s sells now and counts as the one who administers %(service)s."
    ),
    "administration.service_ended": _(
        "%(partner)s is an advisor now and no longer counts as the one who administers %(service)s."
    ),
    "service.added": _("The operator added a service to the catalogue."),
    "service.edited": _("The operator edited a service of the catalogue."),
    "offer.added": _("The operator added an offer to the catalogue."),
    "offer.edited": _("The operator edited an offer of the catalogue."),
    "adminrole.added": _("The operator added a role to the catalogue."),
    "adminrole.edited": _("The operator edited a role of the catalogue."),
    "customer.registered": _("A person of %(domain)s registered %(customer)s."),
    "registration.made": _("A person asked the operator to register an organisation."),
    "registration.claimed": _("A person of %(domain)s asked to be let in to %(customer)s."),
    "registration.accepted": _("The operator accepted the registration of %(customer)s."),
    "breach.undone": _(
        "An act on %(customer)s was undone: it would have changed what exists. The operator knows."
    ),
    "breach.found": _(
        "The subscription %(subscription)s is not as it was known. The operator was told."
    ),
    "breach.settled": _("The operator answered that something was not as it was known."),
    "registration.refused": _("The operator refused a registration."),
}
