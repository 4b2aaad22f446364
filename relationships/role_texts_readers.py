"""Plain words for the roles that mostly look, and the one that talks to support."""

from django.utils.translation import gettext_lazy as _

from .role_texts_entry import RoleText

READER_ROLE_TEXTS: dict[str, RoleText] = {
    # Directory Readers
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": RoleText(
        summary=_("The partner's people read the basic entries of your directory."),
        can=(
            _("See names, addresses and phone numbers of your people."),
            _("See groups and who belongs to them."),
            _("See which devices and programs are registered."),
        ),
        cannot=(
            _("Change any setting."),
            _("Reset passwords."),
            _("Open anyone's mail or files."),
        ),
        risk=_("They learn who works for you and who belongs to which group."),
        risk_level="low",
    ),
    # Global Reader
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": RoleText(
        summary=_(
            "The partner's people see almost all that administrators see, and change nothing."
        ),
        can=(
            _("Read the settings of nearly all services."),
            _("Read lists of people, groups, devices and roles."),
            _("Read reports and records of who signed in."),
            _("Read the keys that unlock encrypted disks."),
        ),
        cannot=(
            _("Change any setting."),
            _("Reset passwords."),
            _("Open mailboxes, chats or files: they see the settings, not the contents."),
        ),
        risk=_("A stranger with this view knows exactly where an attack would succeed."),
        risk_level="medium",
    ),
    # Service Support Administrator
    "f023fd81-a637-4b56-95fd-791ac0226033": RoleText(
        summary=_("The partner's people ask the cloud operator's support for help in your name."),
        can=(
            _("Open and follow support requests."),
            _("See whether the services work, and known faults."),
        ),
        cannot=(
            _("Change any setting."),
            _("Create people or reset passwords."),
            _("Open anyone's mail or files."),
        ),
        risk=_("What they write in a support request leaves your organisation."),
        risk_level="low",
    ),
    # Message Center Reader
    "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b": RoleText(
        summary=_("The partner's people read the announcements about coming changes in services."),
        can=(
            _("Read the operator's announcements, and get them by weekly mail."),
            _("Pass an announcement on to others."),
        ),
        cannot=(
            _("Read the announcements about data privacy."),
            _("Change any setting."),
            _("Open anyone's mail or files."),
        ),
        risk=_("They learn which changes await your services, and little else."),
        risk_level="low",
    ),
    # Reports Reader
    "4a5d8f65-41da-4de4-8968-e035b65339cf": RoleText(
        summary=_("The partner's people read how much each service is used."),
        can=(
            _("Read reports on the use of services."),
            _("Read records of who signed in and what was changed."),
        ),
        cannot=(
            _("Change any setting."),
            _("Reset passwords."),
            _("Open anyone's mail or files."),
        ),
        risk=_("They learn when your people work and from where they sign in."),
        risk_level="low",
    ),
}
