"""The two paragraphs of a request's mail."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..ask import PARAGRAPH_LENGTH, one_paragraph
from ..moves.asking import why_no_paragraph


class ParagraphField(forms.CharField):
    """Text alone, of limited length; what the browser counts as a line's end counts once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            # The move says the same of a text that is too long, in words of its own.
            widget=forms.Textarea(attrs={"rows": 4, "maxlength": PARAGRAPH_LENGTH}),
            help_text=_(
                "Text alone, at most 1,000 characters, without links and addresses. Leave it empty "
                "to drop the paragraph."
            ),
            **options,
        )

    def to_python(self, value: Any) -> str:
        return one_paragraph(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if why := why_no_paragraph(value):
            raise forms.ValidationError(why)


class TextForm(forms.Form):
    """The text of a mail whose request is there already."""

    use_required_attribute = False

    first_paragraph = ParagraphField(label=_("First paragraph"))
    second_paragraph = ParagraphField(label=_("Second paragraph"))
    seen = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
