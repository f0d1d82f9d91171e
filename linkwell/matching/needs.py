"""The built-in plain list of needs, and the words by which each is recognised.

An adopter's SNOMED CT reference set (1373501000000105) may be loaded beside it; the codes here stay.
The list follows the reasons for referral named in the field's publications (domain.md 7b).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """One thing that people ask for help with.

    `words` recognise an entry, `said` what a person says of themselves; both are lower-case words and
    phrases, a trailing * stands for any ending. `recognise` in `matching.recognise` reads them.
    """

    code: str
    label: str
    words: tuple[str, ...]
    said: tuple[str, ...] = ()


def _list(text: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())


NEEDS: tuple[Need, ...] = (
    Need(
        "loneliness", "Loneliness or isolation",
        _list("""lonel*, isolat*, befriend*, companion*, friendship*, social club*, lunch club*, luncheon club*, coffee
            morning*, make friends, making friends, make new friends, meet people, meet new people, meeting people,
            meet others, social group*, day centre*, over 50s, over 60s, good neighbour*, telephone friend*, chatty
            cafe*, tea and chat, u3a, women's institute*"""),
        _list("""on my own, nobody to talk to, no one to talk to, no-one to talk to, don't see anyone, see nobody, house
            is so quiet, house is quiet, never go out, never leave the house, no friends, don't know anyone, on my
            tod, by myself, miss having company, company"""),
    ),
    Need(
        "low_mood", "Low mood, anxiety or stress",
        _list("""anxi*, depress*, stress*, low mood, mental health, mental illness*, mental wellbeing, emotional
            wellbeing, emotional support, emotional health, counsell*, psychotherap*, talking therap*, mindful*,
            self-harm*, self harm*, suicid*, panic attack*, mood disorder*, eating disorder*, bipolar, schizophren*,
            psychosis, ptsd, listening service*, wellbeing service*, samaritans"""),
        _list("""feel down, feeling down, feel low, feeling low, can't cope, cannot cope, can't sleep, nerves, worried
            all the time, worry all the time, no energy, fed up, tearful, crying, panicky, panic, overwhelmed"""),
    ),
    Need(
        "bereavement", "Grief or bereavement",
        _list("""bereave*, grief, griev*, widow*, loss of a loved, lost a loved, death of a, after a death, cruse,
            stillbirth*"""),
        _list("""died, passed away, lost my wife, lost my husband, lost my mum, lost my dad, lost my son, lost my
            daughter, lost my partner, miss him, miss her, funeral"""),
    ),
    Need(
        "money", "Money or debt",
        _list("""debt*, money advice, money management, money matters, money worries, budgeting, credit union*, arrears,
            welfare advice, financial advice, financial help, financial support, financial hardship, financial
            difficult*, financial inclusion, cost of living, citizens advice, bailiff*, loan shark*, grants to
            individuals, relief of poverty, poverty, benevolent fund*"""),
        _list("can't afford, cannot afford, owe, owing, skint, broke, behind with, bills, money, loan*"),
    ),
    Need(
        "benefits", "Benefits",
        _list("""welfare benefit*, benefits advice, benefit check*, benefits check*, benefits claim*, claiming benefit*,
            housing benefit*, disability benefit*, universal credit, pension credit, attendance allowance, personal
            independence payment*, welfare rights, citizens advice, jobcentre*, job centre*, benefits agency"""),
        _list("benefits, pip, dwp, sanctioned, esa, my claim, tribunal"),
    ),
    Need(
        "housing", "Housing or homelessness",
        _list("""housing advice, housing support, housing association*, social housing, supported housing, sheltered
            housing, housing need*, housing option*, housing problem*, homeless*, tenan*, landlord*, rough sleep*,
            supported living, supported accommodation, eviction*, hostel*, night shelter*, almshouse*, sofa surfing"""),
        _list("""evicted, landlord*, damp, mould, nowhere to live, sofa, my flat, kicked out, temporary accommodation,
            rent"""),
    ),
    Need(
        "food", "Food",
        _list("""food bank*, foodbank*, food parcel*, food pantry, food pantries, community pantry,
            food club*, community
            fridge*, food hub*, hungry, hunger, meals on wheels, hot meal*, free meal*, community meal*, soup
            kitchen*, food poverty, food voucher*"""),
        _list("nothing to eat, can't afford food, hungry, skipping meals, empty cupboards, food"),
    ),
    Need(
        "fuel", "Heating and energy bills",
        _list("""fuel povert*, energy bill*, energy advice, energy efficien*, heating, warm home*, warm space*, warm
            welcome space*, warm place*, warm hub*, insulation, boiler*, fuel voucher*"""),
        _list("cold, heating, freezing, prepayment meter, meter, electric, gas bill*, energy"),
    ),
    Need(
        "work", "Work or unemployment",
        _list("""employment support, employment advice, employment service*, find employment, into employment, gain
            employment, unemploy*, employability, jobcentre*, job centre*, job club*, job search*, job seek*,
            jobseek*, find work, finding work, looking for work, into work, cv writing, cv workshop*, careers
            advice, careers service*, apprentice*, back to work, return to work, work experience, job opportunit*"""),
        _list("""lost my job, made redundant, redundan*, out of work, no job, looking for work, a job, signed off,
            unemployed"""),
    ),
    Need(
        "volunteering", "Volunteering",
        _list("volunteer*"),
        _list("give something back, useful again, feel useful, volunteer*"),
    ),
    Need(
        "learning", "Learning or reading and writing",
        _list("""adult learning, community learning, lifelong learning, family learning, learning opportunit*, training
            course*, courses, literacy, numeracy, esol, english classes, english lessons, adult education, further
            education, librar*, reading group*, book club*, homework club*, study skills, u3a, workers' educational,
            language classes"""),
        _list("""can't read, cannot read, reading and writing, read and write, learn english, learn something, course,
            classes, study"""),
    ),
    Need(
        "digital", "Using phones and computers",
        _list("""digital skill*, digital inclusion, digital support, digitally, digital help, digital champion*,
            computer*, online skills, get online, getting online, internet access, using the internet, free wifi,
            free wi-fi, public wifi, smartphone*, tablets, coding"""),
        _list("computer*, online, internet, smartphone, tablet, e-mail, email, zoom, the app"),
    ),
    Need(
        "caring", "Caring for someone",
        _list("""carers, carer, unpaid care*, young carer*, caring for someone, caring for a, caring responsibilit*,
            respite, looking after someone, looking after a relative, sitting service*"""),
        _list("looking after my, look after my, care for my, caring for my, i'm a carer, carer"),
    ),
    Need(
        "family", "Family or parenting",
        _list("""parent, parents, parenting, parenthood, single parent*, family support, families, toddler*, babies,
            baby, pre-school*, preschool*, play group*, playgroup*, stay and play, children's centre*, childrens
            centre*, family hub*, home-start, home start, childcare, postnatal, antenatal, breastfeeding, fostering,
            adoption, nursery"""),
        _list("my kids, my children, the kids, the baby, my baby, my toddler, single mum, single dad, school run"),
    ),
    Need(
        "relationships", "Relationships",
        _list("""relationship counsell*, relationship support, relationship problem*, relationship advice, couples
            counsell*, couple counsell*, relate, family mediation, mediation, marriage guidance, separation,
            divorce*"""),
        _list("divorc*, split up, separated, my marriage, left me, arguing, break-up, break up"),
    ),
    Need(
        "abuse", "Abuse or feeling unsafe",
        _list("""domestic abuse, domestic violence, domestic and sexual, sexual abuse, sexual violence, sexual assault,
            rape crisis, women's refuge*, womens refuge*, women's aid, womens aid, a refuge, refuge accommodation,
            coercive, hate crime*, victims of crime, victim support, modern slavery, trafficking, forced marriage,
            honour-based, stalking"""),
        _list("""hits me, hit me, scared of him, scared of her, afraid of him, controls my, controlling, threatens me,
            not safe at home"""),
    ),
    Need(
        "activity", "Being more active",
        _list("""exercise*, sport, sports, sporting, walking group*, walking club*, walking football, walking netball,
            health walk*, guided walk*, ramblers, rambling, nordic walking, fitness, keep fit, yoga, pilates, dance,
            dancing, swimming, swimming pool*, football, tennis, badminton, table tennis, cricket, bowls, bowling,
            rugby, gym, gymnas*, cycling, cycle, tai chi, athletic, athletics, hockey, netball, basketball,
            volleyball, martial art*, judo, karate, boxing, running club*, running group*, jogging, parkrun, golf,
            squash, rowing, sailing, canoe*, kayak*, climbing, archery, fencing, lacrosse, rounders, croquet,
            aerobic*, zumba, physical activity, physically active, chair based, leisure centre*, sports hall*, bmx,
            trampolin*"""),
        _list("get fit, fitter, out of breath, exercise, go for walks, walking, move more, stiff, active, swim"),
    ),
    Need(
        "weight", "Healthy eating and weight",
        _list("""weight management, weight loss, lose weight, losing weight, overweight, obes*, healthy eating, healthy
            weight, nutrition, cookery, cooking, cook and eat, diet, diets, dietary, dietit*, dietic*, slimming"""),
        _list("my weight, lose weight, overweight, eat better, cook"),
    ),
    Need(
        "long_term_condition", "Living with a long-term condition",
        _list("""long-term condition*, long term condition*, long-term health, long term health,
            long-term illness*, long
            term illness*, diabet*, stroke, strokes, arthrit*, chronic, cancer, macmillan, heart disease*, heart
            attack*, heart failure, heart condition*, cardiac, parkinson*, multiple sclerosis, epilep*, copd,
            asthma, fibromyalgia, chronic pain, pain management, motor neurone, hiv, brain injur*, headway,
            hospice*, palliative, kidney, long covid, chronic fatigue, crohn*, huntington*, lupus,
            rehabilitation"""),
        _list("diabet*, stroke, cancer, copd, parkinson*, arthritis, my condition, my illness, pain, my heart, ms"),
    ),
    Need(
        "memory", "Memory or dementia",
        _list("""dementia, memory cafe*, memory café*, memory loss, memory problem*, memory clinic*, alzheimer*, memory
            group*"""),
        _list("forget things, forgetting, forgetful, memory, dementia, alzheimer*"),
    ),
    Need(
        "disability", "Disability or sensory loss",
        _list("""disab*, deaf, deafness, deafblind, blind, sight loss, partially sighted, visually impair*, visual
            impair*, hearing loss, hard of hearing, hearing impair*, sensory impair*, autis*, asperger*, adhd,
            neurodiver*, learning difficult*, wheelchair user*, cerebral palsy, down's syndrome, downs syndrome,
            mencap, special needs, special educational need*, talking newspaper*, guide dog*, lip reading,
            lipreading, sign language"""),
        _list("disabled, wheelchair, can't see, can't hear, going blind, going deaf, autis*, adhd, mobility"),
    ),
    Need(
        "substance", "Alcohol, drugs, smoking or gambling",
        _list("""alcohol*, drug*, addict*, stop smoking, quit smoking, smoking cessation, smokefree, smoke free, gambl*,
            substance misuse, substance use, in recovery, recovery service*, recovery group*, recovery support,
            narcotics, al-anon, needle exchange, smart recovery"""),
        _list("drinking, drink too much, drunk, drugs, smoking, smoke, gambling, betting, vodka, cannabis, sober"),
    ),
    Need(
        "legal", "Legal advice",
        _list("""legal advice, legal help, legal support, legal aid, legal service*, legal right*, free legal,
            solicitor*, law centre*, rights advice, advocacy, advocate*, citizens advice, tribunal*"""),
        _list("solicitor, court, my rights, appeal, legal"),
    ),
    Need(
        "immigration", "Immigration or asylum",
        _list("asylum, refugee*, immigra*, migrant*, migration, new arrivals, no recourse"),
        _list("asylum, home office, visa, refugee, leave to remain, papers"),
    ),
    Need(
        "transport", "Getting about",
        _list("""community transport, transport scheme*, transport service*, transport to, patient transport, accessible
            transport, minibus*, dial-a-ride, dial a ride, ring and ride, volunteer driver*, car scheme*,
            shopmobility, mobility scooter*, blue badge*, bus pass*"""),
        _list("can't get there, no bus, no car, can't drive, stopped driving, lift to, get about, bus pass"),
    ),
    Need(
        "practical", "Help at home",
        _list("""handyperson*, handyman, handy person, gardening help, help in the home, help at home, help around the
            home, home help, home care, homecare, domiciliary, cleaning, shopping service*, shopping for, help with
            shopping, home from hospital, hospital discharge, falls prevention, prevent falls, home adaptation*,
            home improvement*, home repair*, small repairs, meals delivered, care at home, domestic help, furniture,
            telecare, lifeline"""),
        _list("""shopping, cleaning, housework, the garden is, fell, falls, bins, stairs, repairs,
            can't manage at home"""),
    ),
    Need(
        "nature", "Nature and gardening",
        _list("""garden, gardens, gardening, gardener*, allotment*, nature, wildlife, conservation, outdoors, outdoor
            activit*, green space*, woodland*, horticult*, forest school*, city farm*, community farm*, tree
            planting, parks, birdwatch*, countryside"""),
        _list("garden, gardening, outdoors, outside, nature, birds, fresh air, growing, allotment"),
    ),
    Need(
        "creative", "Arts, music and making things",
        _list("""art, arts, craft, crafts, crafting, music, musical, choir*, sing, singing, singers, choral, orchestra*,
            brass band*, drama, dramatic, theatre*, theatrical, knit*, sew, sewing, crochet*, paint, painting,
            drawing, men's shed*, mens shed*, men in sheds, woodwork*, creative, creativity, pottery, ceramics,
            creative writing, photograph*, needlework, embroidery, quilting, film club*, dance, amateur operatic,
            ukulele"""),
        _list("""make things, making things, painting, singing, sing, music, knitting, sewing, my hands, woodwork,
            drawing, guitar, play the"""),
    ),
    Need(
        "faith_culture", "Faith, culture and identity",
        _list("""faith, church*, mosque*, temple, temples, synagogue*, gurdwara*, chapel*, parish*, christian*, muslim*,
            islamic, jewish, hindu*, sikh*, buddhis*, catholic*, methodist*, baptist*, quaker*, religio*, cultural,
            lgb*, gay, lesbian, transgender, trans people, gay pride, pride festival, bame, bme, ethnic minorit*,
            black and minority, asian women, african, caribbean, irish community, polish community, chinese
            community, traveller*"""),
        _list("church, mosque, temple, pray, faith, gay, lesbian, trans, my culture, my language"),
    ),
)  # fmt: skip

BY_CODE: dict[str, Need] = {need.code: need for need in NEEDS}
CHOICES: list[tuple[str, str]] = [(need.code, need.label) for need in NEEDS]


def label(code: str) -> str:
    """Return the plain words for a code; an unknown code is shown as it came."""
    return BY_CODE[code].label if code in BY_CODE else code
