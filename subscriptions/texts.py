"""What each service is, and what administering it means, for a reader who is no expert."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ServiceText:
    """The plain words that a customer reads about one service."""

    summary: Promise
    can: Promise
    cannot: Promise
    risk: Promise


SERVICE_TEXTS: dict[str, ServiceText] = {
    "exchange": ServiceText(
        summary=_("Your organisation's mailboxes, calendars and address book."),
        can=_(
            "Whoever administers it sets up mailboxes and rules for mail. They can also give "
            "themselves or others access to any mailbox."
        ),
        cannot=_("It gives no power over passwords, over chats or over what you have bought."),
        risk=_("Somebody who administers mail can arrange to read it, redirect it or lose it."),
    ),
    "microsoft-365": ServiceText(
        summary=_(
            "The office bundle: programs such as Word and Excel, often with mail, files and chat."
        ),
        can=_(
            "Whoever administers the office programs decides how they are installed and updated, "
            "and which settings they have."
        ),
        cannot=_(
            "It opens no mail and no files. Mail, files and chat in the bundle have "
            "administrators of their own."
        ),
        risk=_("A wrong setting can weaken the protection of office programs for everybody."),
    ),
    "teams": ServiceText(
        summary=_("Chat, video meetings, shared team spaces and telephone calls."),
        can=_(
            "Whoever administers it manages teams, meetings and phone numbers. They can add "
            "people, themselves included, to a team."
        ),
        cannot=_(
            "It opens no private chats and no personal mailboxes, and it resets no passwords."
        ),
        risk=_("Somebody added to a team reads its conversations and files."),
    ),
    "sharepoint": ServiceText(
        summary=_("Shared sites with documents, and each person's own file storage."),
        can=_(
            "Whoever administers it manages sites and rules for sharing. They can give themselves "
            "access to any site or personal storage."
        ),
        cannot=_("It opens no personal mailboxes and resets no passwords."),
        risk=_("Documents can be read, deleted or shared with outsiders."),
    ),
    "dynamics": ServiceText(
        summary=_("Business programs for sales, customer service, finance and stock."),
        can=_(
            "Whoever administers it sets up these programs and decides who works in them. They can "
            "give themselves access to the business records."
        ),
        cannot=_("It opens no mailboxes or team files, and it resets no passwords."),
        risk=_("Customer, price and finance records can be read, changed or copied."),
    ),
    "power-platform": ServiceText(
        summary=_("Tools with which people build reports, small apps and automatic workflows."),
        can=_(
            "Whoever administers it decides who may build and share, and which data the tools may "
            "reach. They can take over reports, apps and workflows."
        ),
        cannot=_("It opens no mailboxes by itself, and it resets no passwords."),
        risk=_("Reports and apps often hold sensitive figures, which could be seen or passed on."),
    ),
    "project-visio": ServiceText(
        summary=_("Programs to plan projects and to draw diagrams."),
        can=_("Whoever administers it decides who may use them and how project plans are shared."),
        cannot=_("It opens no mailboxes and resets no passwords."),
        risk=_("Plans with names, dates and costs could reach the wrong readers."),
    ),
    "entra": ServiceText(
        summary=_(
            "The directory of your people and devices. It checks everybody who signs in to your "
            "services."
        ),
        can=_(
            "Depending on the role, its administrators manage people, groups, passwords and "
            "rules for signing in."
        ),
        cannot=_(
            "Most of its roles open no mail and no files by themselves. Each role covers only a "
            "part of the directory."
        ),
        risk=_(
            "Whoever controls how people sign in can sign in as them, and then read their mail."
        ),
    ),
    "intune": ServiceText(
        summary=_("Management of computers, tablets and phones that your people work with."),
        can=_(
            "Whoever administers it installs programs, sets rules and can lock or erase a device "
            "from afar."
        ),
        cannot=_("It opens no mailboxes in the cloud and resets no account passwords."),
        risk=_("Devices can be erased, and software can be installed on all of them at once."),
    ),
    "security": ServiceText(
        summary=_("Protection against attacks, and tools that keep to laws about data."),
        can=_(
            "Whoever administers it sets protection rules, reads alerts and reacts to attacks. "
            "This can stop a device, a mail or an account."
        ),
        cannot=_("It opens no mailboxes by itself, resets no passwords and buys nothing."),
        risk=_("Weakened protection lets attackers in, and alerts tell much about your people."),
    ),
    "windows": ServiceText(
        summary=_("Windows for company computers, and complete Windows computers in the cloud."),
        can=_(
            "Whoever administers it creates, restarts, resets and removes cloud computers, and "
            "decides who gets one."
        ),
        cannot=_("It opens no mailboxes and resets no account passwords."),
        risk=_("A reset or removed cloud computer loses what was stored only there."),
    ),
    "viva": ServiceText(
        summary=_("Tools for learning, goals, surveys and news among your own people."),
        can=_(
            "Whoever administers it sets up courses, goals and surveys and decides who sees them."
        ),
        cannot=_("It opens no mailboxes and resets no passwords."),
        risk=_("Answers and learning records of single people could be seen by too many."),
    ),
    "azure": ServiceText(
        summary=_("Computers, storage and databases rented in the cloud, with related safeguards."),
        can=_("Whoever administers it starts, changes and stops what runs there."),
        cannot=_(
            "A new partner gets no access to what you already run there. That needs a permission "
            "of its own from you."
        ),
        risk=_("Wrong changes can stop your systems, expose data or cause high costs."),
    ),
    "other": ServiceText(
        summary=_("Smaller products that belong to no other family, such as cloud printing."),
        can=_("Whoever administers such a product changes its settings and decides who uses it."),
        cannot=_("It gives no power over the other services, over mail or over passwords."),
        risk=_("The damage stays within the one product and the data kept in it."),
    ),
}
