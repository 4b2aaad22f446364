"""What staff are asked for before they act on a partner; a page asks the same as its move."""

EDIT = "partners.change_partner"  # inviting somebody to it, too
VERIFY = "partners.verify_partner"
SUSPEND = "partners.suspend_partner"  # restoring it, too
CHANGE_KIND = "partners.change_partner_kind"
