from django.db import migrations

from relationships.staff_groups import carry_over, make_groups, remove_groups

# What everybody needs to whom a page names who acted, and who has which address.
PEOPLE = ("accounts.view_actor", "accounts.view_user", "account.view_emailaddress")
ORGANISATIONS = (
    "customers.view_customer",
    "customers.view_customerregistration",
    "partners.view_partner",
)
BUSINESS = (
    "mail.view_delivery",
    "relationships.view_adminrelationship",
    "relationships.view_adminrole",
    "relationships.view_decision",
    "relationships.view_relationshiprequest",
    "relationships.view_resellerrelationship",
    "relationships.view_serviceadministration",
    "subscriptions.view_offer",
    "subscriptions.view_service",
    "subscriptions.view_subscription",
)
GROUPS = {
    "Support": (*PEOPLE, *ORGANISATIONS, *BUSINESS, "subscriptions.change_subscription"),
    "Verification": (
        *PEOPLE,
        *ORGANISATIONS,
        "customers.add_customer",
        "customers.change_customer",
        "customers.change_customerregistration",
        "partners.add_partner",
        "partners.change_partner",
        "partners.verify_partner",
    ),
    "Auditor": (
        *PEOPLE,
        *ORGANISATIONS,
        *BUSINESS,
        "audit.view_event",
        "auth.view_group",
        "relationships.view_breach",
        "relationships.view_certificate",
    ),
}
DIVIDED = ("verify_partner", "suspend_partner", "change_partner_kind")


def forwards(apps, schema_editor):
    using = schema_editor.connection.alias
    narrower = [f"partners.{codename}" for codename in DIVIDED]
    carry_over("partners.change_partner", narrower, apps, using)
    make_groups(GROUPS, apps, using)


def backwards(apps, schema_editor):
    remove_groups(GROUPS, apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    """Three groups of staff; the superuser is no group but a mark of the account."""

    dependencies = [
        ("relationships", "0009_breach_watch"),
        ("partners", "0002_staff_permissions"),
        ("customers", "0002_registration"),
        ("subscriptions", "0002_lists_and_due"),
        ("accounts", "0001_initial"),
        ("audit", "0002_by_partner"),
        ("mail", "0001_initial"),
        ("account", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
