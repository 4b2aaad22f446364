"""Made-up customers of the demo's `alder`, with names in several scripts, in its markets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoCustomer:
    """An organisation that buys from alder, and what it has with it by now."""

    slug: str
    name: str
    country: str
    has: str = "selling"  # what `demo_relationships.PATHS` can lead to


ALDERS = (
    DemoCustomer("aarebogen", "Aarebogen Treuhand", "CH", "both"),
    DemoCustomer("abendrot", "Abendrot Verlag", "DE"),
    DemoCustomer("bergahorn", "Bergahorn Möbel", "AT"),
    DemoCustomer("birkenfeld-ost", "Birkenfeld Ost eG", "DE", "both"),
    DemoCustomer("brucke-neun", "Brücke Neun", "DE"),
    DemoCustomer("cafe-zur-muhle", "Café zur Mühle", "AT", "removed"),
    DemoCustomer("clairiere", "Clairière & Fils", "FR", "both"),
    DemoCustomer("cote-sauvage", "Côte Sauvage Traiteur", "FR"),
    DemoCustomer("dachstube", "Dachstube Theater", "CH", "expired"),
    DemoCustomer("deichgraf", "Deichgraf Logistik", "DE", "winding_down"),
    DemoCustomer("eglantine", "Églantine Pépinières", "FR"),
    DemoCustomer("eulenhof", "Eulenhof Grundschule", "DE", "both"),
    DemoCustomer("ferme-du-lac", "Ferme du Lac", "FR"),
    DemoCustomer("fluxweberei", "Fluxweberei", "AT"),
    DemoCustomer("gletscherblick", "Gletscherblick Hotels", "CH", "both"),
    DemoCustomer("gruner-winkel", "Grüner Winkel", "DE"),
    DemoCustomer("hafenkante", "Hafenkante Werft", "DE", "ended"),
    DemoCustomer("heron-bleu", "Héron Bleu Conseil", "FR"),
    DemoCustomer("innwerk", "Innwerk Energie", "AT", "administration"),
    DemoCustomer("jardin-secret", "Jardin Secret", "FR"),
    DemoCustomer("kastanie", "Kastanie Apotheke", "DE"),
    DemoCustomer("kirschgarten", "Вишнёвый сад — Kulturverein", "DE"),
    DemoCustomer("komorebi", "木漏れ日 Teehaus", "AT"),
    DemoCustomer("lindenallee", "Lindenallee Kliniken", "DE", "both"),
    DemoCustomer("lune-rousse", "Lune Rousse", "FR"),
    DemoCustomer("marronnier", "Le Marronnier", "CH"),
    DemoCustomer("meltemi", "Μελτέμι Feinkost", "DE"),
    DemoCustomer("moulin-vert", "Moulin Vert", "FR", "removed"),
    DemoCustomer("nordlicht", "Nordlicht Optik", "DE"),
    DemoCustomer("namu", "나무 한국문화원", "FR", "terminated"),
    DemoCustomer("obstgarten", "Obstgarten Genossenschaft", "CH"),
    DemoCustomer("pinede", "Pinède Architectes", "FR"),
    DemoCustomer("quellwasser", "Quellwasser Brauerei", "AT", "both"),
    DemoCustomer("rosenthaler", "Rosenthaler Druck", "DE"),
    DemoCustomer("sommerwiese", "Sommerwiese Kita", "DE"),
    DemoCustomer("tilleul", "Au Tilleul", "FR"),
    DemoCustomer("uferhaus", "Uferhaus Pflege", "CH"),
    DemoCustomer("yasmin", "مخبز الياسمين", "DE"),
    DemoCustomer("zedernholz", "Zedernholz Instrumente", "AT"),
    DemoCustomer("zhulin", "竹林 Restaurant", "CH"),
)
