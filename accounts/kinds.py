"""The sentences in which pages tell what happened to the rights of staff."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "user.rights_changed": _("The operator changed what a person may do as staff."),
    "staff_group.added": _("The operator added a group of staff."),
    "staff_group.edited": _("The operator changed a group of staff."),
}
