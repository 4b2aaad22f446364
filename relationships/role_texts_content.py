"""Plain words for the roles over mail, files, chat and business data."""

from django.utils.translation import gettext_lazy as _

from .role_texts_entry import RoleText

CONTENT_ROLE_TEXTS: dict[str, RoleText] = {
    # Exchange Administrator
    "29232cdf-9323-42fd-ade2-1d097af3e4de": RoleText(
        summary=_("The partner's people manage mail and calendars for your whole organisation."),
        can=(
            _("Create, change and delete mailboxes, and set rules for all mail."),
            _("Give themselves or others access to any mailbox, and then read its mail."),
            _("See who sent mail to whom, and when."),
            _("Create and manage Microsoft 365 groups."),
        ),
        cannot=(
            _("Reset passwords."),
            _("Give people roles in the directory."),
            _("Buy anything or change a subscription."),
        ),
        risk=_("They could read, forward or delete anybody's mail."),
        risk_level="high",
    ),
    # SharePoint Administrator
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c": RoleText(
        summary=_("The partner's people manage shared sites and everybody's file storage."),
        can=(
            _("Create, change and delete sites, and set rules for sharing."),
            _("Give themselves or others access to any site or personal storage."),
            _("Create and manage Microsoft 365 groups."),
        ),
        cannot=(
            _("Open anyone's personal mailbox."),
            _("Reset passwords."),
            _("Give people roles in the directory."),
        ),
        risk=_("They could read, delete or share any of your documents."),
        risk_level="high",
    ),
    # Teams Administrator
    "69091246-20e8-4a56-aa4d-066075b2a7a8": RoleText(
        summary=_("The partner's people manage chat, meetings, teams and telephone calls."),
        can=(
            _("Create, change and delete teams."),
            _("Add people, themselves included, to a team and its conversations."),
            _("Set rules for chat, meetings and calls, and assign phone numbers."),
            _("See details of calls, such as who took part and how well it worked."),
        ),
        cannot=(
            _("Open private chats between people."),
            _("Open anyone's personal mailbox."),
            _("Reset passwords."),
        ),
        risk=_("Added to a team, they could read its conversations and files."),
        risk_level="medium",
    ),
    # Teams Communications Support Specialist
    "fcf91098-03e3-41a9-b5ba-6f0ec8188a12": RoleText(
        summary=_("The partner's people find out why a call or meeting went badly."),
        can=(
            _("Look up one person and see the details of that person's calls."),
            _("See how well sound and picture worked."),
        ),
        cannot=(
            _("Listen to calls or read chats."),
            _("See the details of the other people in a call."),
            _("Change any setting, or open anyone's mail or files."),
        ),
        risk=_("They learn when, and from which device, somebody was in a call."),
        risk_level="low",
    ),
    # Dynamics 365 Administrator
    "44367163-eba1-44c3-98af-f5787879f96a": RoleText(
        summary=_("The partner's people manage your programs for sales, service and finance."),
        can=(
            _("Create, change, copy and delete environments, the places where records are kept."),
            _("Decide who works in these programs and with which rights."),
            _("Give themselves access to the business records, and then read or change them."),
            _("Open and follow support requests."),
        ),
        cannot=(
            _("Open anyone's personal mailbox or files outside these programs."),
            _("Reset passwords."),
            _("Give people roles in the directory."),
        ),
        risk=_("They could read, change or copy your customer and finance records."),
        risk_level="medium",
    ),
    # Power BI Administrator
    "a9ea8996-122f-4c74-9520-8edcd192826c": RoleText(
        summary=_("The partner's people manage your reports and the data behind them."),
        can=(
            _("Decide who may build, share and export reports."),
            _("Give themselves or others access to shared workspaces with their reports."),
            _("See who uses which report."),
        ),
        cannot=(
            _("Open anyone's mail or files outside the reports."),
            _("Reset passwords."),
            _("Buy licences."),
        ),
        risk=_("They could see or share figures that were meant for few."),
        risk_level="medium",
    ),
    # Power Platform Administrator
    "11648597-926c-4cf3-9c36-bcebb0ba8dcc": RoleText(
        summary=_(
            "The partner's people manage your self-made apps, workflows and business programs."
        ),
        can=(
            _("Create, change and delete environments, the places where apps keep their data."),
            _("Take over or share apps and workflows."),
            _("Decide which data the apps may pass to which other services."),
            _("Give themselves access to the data kept in an environment."),
        ),
        cannot=(
            _("Open anyone's mailbox with this role alone."),
            _("Reset passwords."),
            _("Give people roles in the directory."),
        ),
        risk=_("They could read or change data in apps, or stop workflows that you depend on."),
        risk_level="medium",
    ),
}
