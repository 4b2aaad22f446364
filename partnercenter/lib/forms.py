"""Forms that write only what was typed."""

from typing import Any

from django import forms


class FieldsForm(forms.ModelForm):
    """A ModelForm that saves the changed columns and no other."""

    def save(self, commit: bool = True) -> Any:
        if not commit or self.instance._state.adding:
            return super().save(commit)
        if self.changed_data:
            self.instance.save(update_fields=self.changed_data)
        return self.instance
