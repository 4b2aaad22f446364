"""How Django draws a form: with the components."""

from django.forms.renderers import TemplatesSetting


class ComponentRenderer(TemplatesSetting):
    """Draws `{{ form }}` and `{{ form.field.as_field_group }}` with the field component."""

    form_template_name = "components/form_fields.html"
    field_template_name = "components/field.html"
