"""The built-in plain list of needs, and the words by which each is recognised.

An adopter's SNOMED CT reference set (1373501000000105) may be loaded beside it; the codes here stay.
The list follows the reasons for referral named in the field's publications (domain.md 7b).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """One thing that people ask for help with; `words` are lower-case stems and phrases."""

    code: str
    label: str
    words: tuple[str, ...]


NEEDS: tuple[Need, ...] = (
    Need("loneliness", "Loneliness or isolation", ("lonel", "isolat", "befriend", "companion", "friendship", "social club", "lunch club", "coffee morning", "make friends", "meet people")),
    Need("low_mood", "Low mood, anxiety or stress", ("anxi", "depress", "stress", "low mood", "mental health", "wellbeing", "well-being", "counsell", "mindful", "self-harm")),
    Need("bereavement", "Grief or bereavement", ("bereave", "grief", "griev", "widow", "loss of a loved")),
    Need("money", "Money or debt", ("debt", "money", "financ", "budget", "credit union", "arrears", "welfare advice")),
    Need("benefits", "Benefits", ("benefit", "universal credit", "pension credit", "attendance allowance", "personal independence payment")),
    Need("housing", "Housing or homelessness", ("housing", "homeless", "tenan", "landlord", "rough sleep", "supported living", "eviction")),
    Need("food", "Food", ("food bank", "foodbank", "food parcel", "pantry", "community fridge", "hungry", "meals on wheels")),
    Need("fuel", "Heating and energy bills", ("fuel povert", "energy bill", "heating", "warm home", "warm space", "insulation")),
    Need("work", "Work or unemployment", ("employ", "job", "cv ", "career", "apprentice", "back to work")),
    Need("volunteering", "Volunteering", ("volunteer",)),
    Need("learning", "Learning or reading and writing", ("learning", "course", "literacy", "numeracy", "esol", "adult education", "librar")),
    Need("digital", "Using phones and computers", ("digital", "computer", "online skills", "internet", "smartphone")),
    Need("caring", "Caring for someone", ("carer", "caring for", "respite", "looking after someone")),
    Need("family", "Family or parenting", ("parent", "family", "families", "toddler", "baby", "play group", "playgroup", "children's centre")),
    Need("relationships", "Relationships", ("relationship", "relate ", "mediation", "separation", "divorce")),
    Need("abuse", "Abuse or feeling unsafe", ("domestic abuse", "domestic violence", "sexual abuse", "sexual violence", "refuge", "coerci", "hate crime")),
    Need("activity", "Being more active", ("exercise", "sport", "walk", "fitness", "yoga", "dance", "danc", "swim", "football", "tennis", "cricket", "bowls", "rugby", "gym", "cycling", "tai chi", "athletic", "hockey", "netball", "martial")),
    Need("weight", "Healthy eating and weight", ("weight", "healthy eating", "nutrition", "cook", "diet")),
    Need("long_term_condition", "Living with a long-term condition", ("long-term condition", "long term condition", "diabet", "stroke", "arthritis", "chronic", "cancer", "heart", "parkinson", "multiple sclerosis", "pain")),
    Need("memory", "Memory or dementia", ("dementia", "memory", "alzheimer")),
    Need("disability", "Disability or sensory loss", ("disab", "deaf", "blind", "sight loss", "hearing loss", "visual impair", "autis", "wheelchair")),
    Need("substance", "Alcohol, drugs, smoking or gambling", ("alcohol", "drug", "addict", "smok", "gambl", "recovery")),
    Need("legal", "Legal advice", ("legal", "solicitor", "law centre", "rights advice", "advocacy")),
    Need("immigration", "Immigration or asylum", ("asylum", "refugee", "immigra", "migrant")),
    Need("transport", "Getting about", ("transport", "minibus", "lifts", "dial-a-ride", "dial a ride", "shopmobility")),
    Need("practical", "Help at home", ("handyperson", "handyman", "gardening help", "cleaning", "shopping", "home from hospital", "falls", "home help")),
    Need("nature", "Nature and gardening", ("garden", "allotment", "nature", "conservation", "outdoor", "green space")),
    Need("creative", "Arts, music and making things", ("art ", "arts", "craft", "music", "choir", "sing", "drama", "theatre", "knit", "sew", "paint", "men's shed", "mens shed", "creative", "pottery", "writing")),
    Need("faith_culture", "Faith, culture and identity", ("faith", "church", "mosque", "temple", "synagogue", "cultural", "lgbt", "bame", "ethnic minorit")),
)  # fmt: skip

BY_CODE: dict[str, Need] = {need.code: need for need in NEEDS}
CHOICES: list[tuple[str, str]] = [(need.code, need.label) for need in NEEDS]


def label(code: str) -> str:
    """Return the plain words for a code; an unknown code is shown as it came."""
    return BY_CODE[code].label if code in BY_CODE else code
