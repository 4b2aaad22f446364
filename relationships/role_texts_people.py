"""Plain words for the roles that look after people, groups, licences and ways to sign in."""

from django.utils.translation import gettext_lazy as _

from .role_texts_entry import RoleText

PEOPLE_ROLE_TEXTS: dict[str, RoleText] = {
    # User Administrator
    "fe930be7-5e62-47db-91af-98c3a49a38b1": RoleText(
        summary=_("The partner's people manage the accounts of your staff, and your groups."),
        can=(
            _("Create, change, block and delete people and groups."),
            _("Assign and remove licences."),
            _("Reset passwords of people without a role, and of some limited administrators."),
            _("Open and follow support requests."),
        ),
        cannot=(
            _("Reset the password of a Global Administrator or another strong administrator."),
            _("Give people administrator roles."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_("With a new password they could sign in as somebody and read that person's mail."),
        risk_level="high",
    ),
    # Helpdesk Administrator
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": RoleText(
        summary=_("The partner's people help your staff when they cannot sign in."),
        can=(
            _("Reset passwords of people without a role, and of a few limited administrators."),
            _("Make somebody sign in again on all devices."),
            _("Open and follow support requests."),
        ),
        cannot=(
            _("Create or delete people."),
            _("Reset the password of a Global Administrator or another strong administrator."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_("Whoever sets a person's password could sign in as that person and read the mail."),
        risk_level="medium",
    ),
    # Password Administrator
    "966707d0-3269-4727-9be2-8c3a10f19b9d": RoleText(
        summary=_("The partner's people reset forgotten passwords of most of your staff."),
        can=(
            _("Reset passwords of people without a role."),
            _("Reset passwords of a very few limited administrators."),
        ),
        cannot=(
            _("Reset the password of a Global Administrator or another strong administrator."),
            _("Create, change or delete people."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_("A reset password could be used to sign in as that person and see what they see."),
        risk_level="medium",
    ),
    # Authentication Administrator
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": RoleText(
        summary=_("The partner's people manage how most of your staff prove who they are."),
        can=(
            _("See, set and remove ways to sign in, such as a phone number."),
            _("Reset passwords of people without a role, and of a few limited administrators."),
            _("Make somebody set up their sign-in again."),
            _("Block or delete people without a role, and a few limited administrators."),
        ),
        cannot=(
            _("Change how a Global Administrator or another strong administrator signs in."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_(
            "They could replace both password and phone, sign in as that person and read the mail."
        ),
        risk_level="high",
    ),
    # Privileged Authentication Administrator
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": RoleText(
        summary=_(
            "The partner's people manage how everybody signs in, your top administrators included."
        ),
        can=(
            _("Reset the password of anybody, Global Administrators included."),
            _("See, set and remove anybody's ways to sign in, such as a phone number."),
            _("Make anybody set up their sign-in again."),
            _("Block or delete anybody, Global Administrators included."),
        ),
        cannot=(
            _("Give people administrator roles with this role alone."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_("They could sign in as one of your top administrators and then do everything."),
        risk_level="high",
    ),
    # Directory Writers
    "9360feb5-f418-4baa-8175-e2a00bac4301": RoleText(
        summary=_("The partner's people add and change basic entries in your directory."),
        can=(
            _("Create people and groups, and change their basic details."),
            _("Block and unblock accounts."),
            _("Change who belongs to most groups."),
            _("Assign licences."),
        ),
        cannot=(
            _("Reset passwords or delete people."),
            _("Give people administrator roles."),
            _("Open anyone's mail or files with this role alone."),
        ),
        risk=_("Somebody put into a group gets access to what that group may see."),
        risk_level="medium",
    ),
    # Groups Administrator
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": RoleText(
        summary=_("The partner's people manage the groups in which your staff work together."),
        can=(
            _("Create, change and delete groups."),
            _("Add people to a group and remove them."),
            _("Set rules for the names and the life of groups."),
        ),
        cannot=(
            _("Change groups that carry administrator roles."),
            _("Reset passwords."),
            _("Open anyone's personal mailbox."),
        ),
        risk=_("Somebody added to a group reads its shared mail and files."),
        risk_level="medium",
    ),
    # License Administrator
    "4d6ac14f-3453-41d0-bef9-a3e0c569773a": RoleText(
        summary=_("The partner's people decide which of your staff use which licence you have."),
        can=(
            _("Give licences to people and groups, and take them away."),
            _("Set the country in which a person uses a service."),
        ),
        cannot=(
            _("Buy licences, or change or end a subscription."),
            _("Create people or reset passwords."),
            _("Open anyone's mail or files."),
        ),
        risk=_("Somebody whose licence is taken away can no longer work with that service."),
        risk_level="medium",
    ),
    # Guest Inviter
    "95e79109-95c0-4d8e-aee3-d01accf2d47b": RoleText(
        summary=_("The partner's people invite outside guests into your directory."),
        can=(
            _("Invite outside people as guests."),
            _("Read the basic details of people."),
        ),
        cannot=(
            _("Change or delete people who are there already."),
            _("Give people administrator roles."),
            _("Open anyone's mail or files."),
        ),
        risk=_("A guest nobody knows sees whatever your organisation shows to guests."),
        risk_level="low",
    ),
}
