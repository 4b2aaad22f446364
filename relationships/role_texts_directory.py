"""Plain words for the roles that rule the organisation's directory, its programs or its bills."""

from django.utils.translation import gettext_lazy as _

from .role_texts_entry import RoleText

DIRECTORY_ROLE_TEXTS: dict[str, RoleText] = {
    # Global Administrator
    "62e90394-69f5-4237-9190-012177145e10": RoleText(
        summary=_("The partner's people may do everything that your own top administrators may."),
        can=(
            _("Manage every service and every setting."),
            _("Create and delete people, and reset anybody's password."),
            _("Give any role to anybody, and take it away."),
            _("Give themselves access to any mailbox, file or team, and then read it."),
        ),
        cannot=(
            _("Keep this role by automatic extension: it ends on its date."),
            _("Become the seller or partner of record of a subscription that you already have."),
        ),
        risk=_(
            "Whoever misuses this role controls your whole organisation and can lock you out of it."
        ),
        risk_level="high",
    ),
    # Privileged Role Administrator
    "e8611ab8-c189-46e8-94e1-60213ab1f814": RoleText(
        summary=_("The partner's people decide who holds which administrator role."),
        can=(
            _("Give any role to anybody, Global Administrator included."),
            _("Take any role away from anybody."),
            _("Allow programs to read or change your organisation's data."),
        ),
        cannot=(
            _("Reset passwords with this role alone."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_(
            "They could give themselves any other role, so this one is as strong as the strongest."
        ),
        risk_level="high",
    ),
    # Application Administrator
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": RoleText(
        summary=_(
            "The partner's people manage the programs that connect to your directory, "
            "also those in your own network."
        ),
        can=(
            _("Add, change and remove programs that people sign in to."),
            _("Create keys with which a program signs in."),
            _("Allow most programs to use data in people's names."),
            _("Publish programs from your own network to the internet."),
        ),
        cannot=(
            _("Give people administrator roles."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_(
            "With a new key they could act as a program that may already read your mail or files."
        ),
        risk_level="high",
    ),
    # Cloud Application Administrator
    "158c047a-c907-4556-b7ef-446551a6b5f7": RoleText(
        summary=_("The partner's people manage the cloud programs that connect to your directory."),
        can=(
            _("Add, change and remove programs that people sign in to."),
            _("Create keys with which a program signs in."),
            _("Allow most programs to use data in people's names."),
        ),
        cannot=(
            _("Publish programs from your own network to the internet."),
            _("Give people administrator roles."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_("With a new key they could act as a program that already has access to your data."),
        risk_level="high",
    ),
    # Domain Name Administrator
    "8329153b-31d0-4727-b945-745eb3bc5f31": RoleText(
        summary=_("The partner's people manage the internet names of your organisation."),
        can=(
            _("Add and confirm domain names in your directory."),
            _("Change and remove domain names there."),
            _("Change which system checks sign-ins for a domain name."),
        ),
        cannot=(
            _("Change entries at the company where you registered a name."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_("A domain pointed to a foreign sign-in system lets others sign in as your people."),
        risk_level="high",
    ),
    # External Identity Provider Administrator
    "be2f45a1-457d-42af-a067-6ec1fa63bc45": RoleText(
        summary=_(
            "The partner's people decide which outside accounts are accepted for signing in."
        ),
        can=(
            _("Connect outside sign-in services, such as another company's or a social network's."),
            _("Change how such a connection works."),
            _("Remove such a connection."),
        ),
        cannot=(
            _("Create or delete people in your directory."),
            _("Give people administrator roles."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_("A false sign-in service could let strangers in under somebody else's name."),
        risk_level="high",
    ),
    # Hybrid Identity Administrator
    "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": RoleText(
        summary=_(
            "The partner's people manage the link between your own servers and the cloud directory."
        ),
        can=(
            _("Decide which people and groups are copied to the cloud."),
            _("Change how passwords and sign-ins pass between your servers and the cloud."),
            _("Add and change connected programs that take over accounts."),
        ),
        cannot=(
            _("Give people administrator roles."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_("A wrong link can lock everybody out, or let others sign in as your people."),
        risk_level="high",
    ),
    # Billing Administrator
    "b0f54661-2d74-4c50-afa3-1ec803f12efe": RoleText(
        summary=_("The partner's people handle what your organisation buys and pays for directly."),
        can=(
            _("Buy products in your organisation's name."),
            _("Read invoices and change how they are paid."),
            _("Change or end what your organisation buys directly."),
            _("Open and follow support requests."),
        ),
        cannot=(
            _("Create people or reset passwords."),
            _("Open anyone's mail or files."),
        ),
        risk=_("They could cause costs that your organisation has to pay."),
        risk_level="medium",
    ),
}
