"""Plain words for the roles over computers, office programs and printers."""

from django.utils.translation import gettext_lazy as _

from .role_texts_entry import RoleText

DEVICE_ROLE_TEXTS: dict[str, RoleText] = {
    # Intune Administrator
    "3a2c62db-5318-420d-8d74-23affee5d9d5": RoleText(
        summary=_("The partner's people manage your computers, tablets and phones."),
        can=(
            _("Install and remove programs on managed devices."),
            _("Set rules for devices, and lock or erase them from afar."),
            _("Read the keys of encrypted disks and the passwords of local administrators."),
            _("Create and manage the groups that decide who may use what."),
        ),
        cannot=(
            _("Reset account passwords."),
            _("Give people administrator roles."),
            _("Open mailboxes in the cloud with this role alone."),
        ),
        risk=_(
            "They could run software on every device, and with it reach the mail and files there."
        ),
        risk_level="high",
    ),
    # Windows 365 Administrator
    "11451d60-acb2-45eb-a7d6-43d0f0125c13": RoleText(
        summary=_("The partner's people manage your Windows computers in the cloud."),
        can=(
            _("Create, restart, resize, reset and remove cloud computers."),
            _("Decide who gets a cloud computer and how it is set up."),
            _("Copy the disk of a cloud computer for an investigation."),
            _("Create and manage the groups that decide who may use what."),
        ),
        cannot=(
            _("Reset account passwords."),
            _("Give people administrator roles."),
            _("Open mailboxes in the cloud with this role alone."),
        ),
        risk=_("Files kept only on a cloud computer could be lost or copied."),
        risk_level="medium",
    ),
    # Office Apps Administrator
    "2b745bdf-0803-4d80-aa65-822c4493daac": RoleText(
        summary=_("The partner's people manage how Word, Excel and the other programs are set up."),
        can=(
            _("Set rules for the office programs of all your people."),
            _("Plan how these programs are installed and updated."),
            _("Choose which news about the programs people see."),
            _("Open and follow support requests."),
        ),
        cannot=(
            _("Create people or reset passwords."),
            _("Assign or buy licences."),
            _("Open anyone's mail or files."),
        ),
        risk=_("A wrong rule can weaken the protection of documents, or hinder daily work."),
        risk_level="medium",
    ),
    # Printer Administrator
    "644ef478-e28f-4e28-b9dc-3fdde9aa0b1f": RoleText(
        summary=_(
            "The partner's people manage the printers that your staff use through the cloud."
        ),
        can=(
            _("Add, set up and remove printers."),
            _("Decide who may use which printer."),
            _("Read reports on how much is printed, and by whom."),
        ),
        cannot=(
            _("Create people or reset passwords."),
            _("Open anyone's mail or files."),
        ),
        risk=_("Printers can stop working for your staff, or open to people who should not print."),
        risk_level="low",
    ),
    # Desktop Analytics Administrator
    "38a96431-2bdf-4b4c-8b6e-5d3d8abac1a4": RoleText(
        summary=_("The partner's people plan Windows updates with a tool that has been retired."),
        can=(
            _("See which computers and programs you have."),
            _("Make plans for updates and follow how they go."),
        ),
        cannot=(
            _("Control or erase a device."),
            _("Create people or reset passwords."),
            _("Open anyone's mail or files."),
        ),
        risk=_("They learn what stands on your computers, and few partners still need this."),
        risk_level="low",
    ),
}
