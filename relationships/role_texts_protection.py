"""Plain words for the roles that protect: rules, alerts and duties about data."""

from django.utils.translation import gettext_lazy as _

from .role_texts_entry import RoleText

PROTECTION_ROLE_TEXTS: dict[str, RoleText] = {
    # Security Administrator
    "194ae4cb-b126-40b2-bd5b-6091b380977d": RoleText(
        summary=_("The partner's people set up your protection and answer attacks."),
        can=(
            _("Change protection rules for mail, devices, accounts and programs."),
            _("Change the conditions under which people may sign in."),
            _("Read alerts and reports, and react to attacks."),
            _("See sender and subject of mail that protection looks into."),
        ),
        cannot=(
            _("Open mailboxes or files with this role alone."),
            _("Give people administrator roles."),
        ),
        risk=_("They could switch protection off and so open the door to attackers."),
        risk_level="high",
    ),
    # Conditional Access Administrator
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": RoleText(
        summary=_("The partner's people decide under which conditions somebody may sign in."),
        can=(
            _("Make, change and delete rules for signing in."),
            _("Require or drop a second proof, such as a code by phone."),
            _("Allow or block places and devices."),
        ),
        cannot=(
            _("Reset passwords."),
            _("Give people administrator roles."),
            _("Open anyone's mail or files."),
        ),
        risk=_("One wrong rule can lock everybody out, or let in whoever stole a password."),
        risk_level="high",
    ),
    # Compliance Administrator
    "17315797-102d-40b4-93e0-432062caca18": RoleText(
        summary=_("The partner's people look after your duties about data and records."),
        can=(
            _("Set rules for how long data is kept and how it is labelled."),
            _("Set rules against data leaving your organisation, and read their alerts."),
            _("Search mail and files to count what matches, and keep it from deletion."),
            _("Set rules for all mail, such as sending a copy to another address."),
        ),
        cannot=(
            _("Read the mail and files that a search finds, without a further right."),
            _("Reset passwords."),
            _("Give people administrator roles."),
        ),
        risk=_("They could have copies of mail sent elsewhere, or records deleted too early."),
        risk_level="high",
    ),
    # Cloud App Security Administrator
    "892c5842-a9a6-463a-8041-72aa08ca3cf6": RoleText(
        summary=_("The partner's people watch how your staff use cloud programs, and set limits."),
        can=(
            _("See which cloud programs people use and what they do there."),
            _("Set rules and alerts for this use."),
            _("Stop risky use, for example block an account or lock a file away."),
        ),
        cannot=(
            _("Open mailboxes with this role alone."),
            _("Reset passwords."),
            _("Give people administrator roles."),
        ),
        risk=_("They see much of what your staff do, and a wrong rule can stop their work."),
        risk_level="medium",
    ),
    # Security Reader
    "5d6b6bb7-de71-4623-b4af-96380a352509": RoleText(
        summary=_("The partner's people see how well you are protected, and change nothing."),
        can=(
            _("Read alerts, protection rules and security reports."),
            _("Read records of who signed in and what was changed."),
        ),
        cannot=(
            _("Change any setting."),
            _("Stop an attack."),
            _("Open anyone's mail or files."),
        ),
        risk=_("They learn where your protection is weak and who signs in from where."),
        risk_level="low",
    ),
}
