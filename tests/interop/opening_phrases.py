"""Opening times as people write them, each with what a careful reader takes from it. Labelled by hand.

"Tu 11-14" is a Tuesday from 11:00 to 14:00, "Sa#1" the first Saturday of the month, "We/2" every other Wednesday,
"Th?" a Thursday of which it is not sure how often; no hours after a day, none known; "18-" a beginning without an
end. Empty: nothing that is sure, so the words alone are kept.
"""

PHRASES = """
Tues 11am - 2pm, Fri 11.30am -1.30pm | Tu 11-14 Fr 11:30-13:30
Mon-Fri 9-5 | Mo-Fr 9-17
Mon to Fri 9am to 5pm | Mo-Fr 9-17
Monday to Friday, 9am to 5pm | Mo-Fr 9-17
Monday - Friday 9.00am - 5.00pm | Mo-Fr 9-17
Monday – Friday 9:00 – 17:00 | Mo-Fr 9-17
Mon–Fri 0900-1700 | Mo-Fr 9-17
Mon-Fri: 9am-5pm; Sat: 10am-1pm; Sun: closed | Mo-Fr 9-17 Sa 10-13
Mon-Fri 9am-5pm, Sat and Sun closed | Mo-Fr 9-17
9-5 Mon-Fri | Mo-Fr 9-17
9am - 5pm weekdays | Mo-Fr 9-17
Weekdays 8.30am - 4.30pm | Mo-Fr 8:30-16:30
Monday-Friday 8.30-4.30 | Mo-Fr 8:30-16:30
Weekdays and Saturdays 10am-4pm | Mo-Sa 10-16
Weekends 10am - 4pm | Sa-Su 10-16
Daily 10am to 4pm | Mo-Su 10-16
Every day 10am - 4pm | Mo-Su 10-16
7 days a week, 8am - 8pm | Mo-Su 8-20
Open seven days a week 8am to 8pm | Mo-Su 8-20
24/7 | Mo-Su 0-23:59
24 hours a day, 7 days a week | Mo-Su 0-23:59
every 2nd Thursday 2-4pm | Th? 14-16
Every second Thursday, 2pm to 4pm | Th? 14-16
Every other Wednesday 10am-12pm | We/2 10-12
Alternate Tuesdays 2-4pm | Tu/2 14-16
Fortnightly on Thursdays 1pm - 3pm | Th/2 13-15
first Sat of month 10.00-12.00 | Sa#1 10-12
1st Saturday of month 10am - 12noon | Sa#1 10-12
First Saturday of the month, 10am to 12 noon | Sa#1 10-12
First Wednesday of each month 7pm - 9pm | We#1 19-21
2nd Tuesday of every month 7.30pm | Tu#2 19:30-
Last Friday of the month 7-9pm | Fr#-1 19-21
last Friday of every month, 7pm-9pm | Fr#-1 19-21
1st and 3rd Monday of the month 2pm-4pm | Mo#1 14-16 Mo#3 14-16
1st & 3rd Tuesdays 2-4pm | Tu#1 14-16 Tu#3 14-16
3rd Thursday 2-4pm | Th#3 14-16
Monthly on the first Saturday 10am-12noon | Sa#1 10-12
The 2nd Tuesday of each month 7pm | Tu#2 19-
Tuesdays & Fridays 12pm - 3pm; 1st Saturday of month 10am - 12noon | Tu 12-15 Fr 12-15 Sa#1 10-12
Every Tuesday 10am-12pm | Tu 10-12
Every Tuesday from 10am to 12pm | Tu 10-12
Each Wednesday 1pm-3pm | We 13-15
Tuesdays between 10am and 12pm | Tu 10-12
Tuesdays from 10am until 12 noon | Tu 10-12
Tuesday: 10am - 12 noon | Tu 10-12
Tue 10:00-12:00 | Tu 10-12
TUESDAY 10AM - 12PM | Tu 10-12
tuesdays 10 a.m. - 12 p.m. | Tu 10-12
Tues. 10am-12pm | Tu 10-12
Weds 12-2pm | We 12-14
Wednesday 2 - 4pm | We 14-16
Wednesday 2-3pm | We 14-15
Wednesday 10 - 12 | We 10-12
Wednesday 12 noon to midnight | We 12-23:59
Wednesday 7:30pm | We 19:30-
Wednesday from 6pm | We 18-
Wednesdays 6pm onwards | We 18-
Monday & Friday 12noon | Mo 12- Fr 12-
Wednesdays | We
Mon, Wed & Fri | Mo We Fr
Mon, Tues-Thu 10am-4pm | Mo-Th 10-16
Mon, Wed and Fri 9.30am-12.30pm | Mo 9:30-12:30 We 9:30-12:30 Fr 9:30-12:30
Mon/Wed/Fri 10am - 2pm | Mo 10-14 We 10-14 Fr 10-14
Mon + Wed 10am - 2pm | Mo 10-14 We 10-14
Tues/Weds 10am - 12pm. Thurs 10am - 2pm | Tu 10-12 We 10-12 Th 10-14
Fri 4.30 - 5.30pm Sat 10 - 11am | Fr 16:30-17:30 Sa 10-11
Mon 1-2pm Thurs 10-11am Sat 12- 1pm | Mo 13-14 Th 10-11 Sa 12-13
Tues , Wed, Thursday, 11am - 2pm and Friday 11am - 4pm | Tu 11-14 We 11-14 Th 11-14 Fr 11-16
Tuesday, Wednesday and Thursday 11am - 2pm, Friday 11am - 4pm | Tu 11-14 We 11-14 Th 11-14 Fr 11-16
Monday - Thursday 11:30am - 2pm and Monday - Thursday 5pm - 8pm | Mo-Th 11:30-14 Mo-Th 17-20
Monday 9am-12pm and 1pm-4pm | Mo 9-12 Mo 13-16
Mon 10am-1pm, 2pm-5pm | Mo 10-13 Mo 14-17
Mon - Sat 10.00 - 4.00 | Mo-Sa 10-16
Friday 11-1pm | Fr 11-13
Friday 10 - 11.30am | Fr 10-11:30
Saturday & Sunday 7am - 9am. | Sa 7-9 Su 7-9
Thursday 12.30 - 2.30pm | Th 12:30-14:30
Thursday 8 - 10pm | Th 20-22
Thursday 19:00 - 21:00 | Th 19-21
Thursday 09:00 - 11:00 | Th 9-11
Mon & Thur 1-3pm (except bank holidays) | Mo 13-15 Th 13-15
Open Monday 1-3pm, Thursday 2-4pm Not open on Bank Holidays | Mo 13-15 Th 14-16
Wednesdays 1-3pm (term time only) | We 13-15
Thursdays 10am-12pm, term-time only | Th 10-12
Mon - Fri by appointment | Mo Tu We Th Fr
Monday - Friday 8am - 4pm. Please ring. | Mo-Fr 8-16
By appointment only, Mon-Fri 9-5 | Mo-Fr 9-17
Mon-Fri 9am-5pm by appointment | Mo-Fr 9-17
Drop in Tuesdays 10am - 12pm | Tu 10-12
Mon AM & PM (continuous) | Mo
Thursday morning | Th
Tuesday and Thursday evenings | Tu Th
Opening hours: Mon - Fri 9am - 5pm | Mo-Fr 9-17
We are open Tuesdays 10am to 1pm | Tu 10-13
By appointment |
AM & PM (continuous) |
Contact for details |
One morning per week |
5 days and 5 evenings per week |
Timetabled Route |
See above |
Not known |
New foodbank, opening times TBC |
After services or when visiting |
Wednesday 2 - 4 |
Wed 2.00-4.00 |
7-9 Friday |
Monday 9-11 |
Wednesday 2=3pm |
Monday - Saturday 7.30am = 4.30pm |
9 - 4 weekdays except Wed 9 - 2 |
Daily (except Tues & Sat) 10:30am - 12pm |
Tuesday 5pm - 2pm |
Saturday 10pm - 2am |
Friday - Monday 9am - 5pm |
Thursday 4 - 6pm Job Club Monday 1 - 2pm |
Monday-Friday 8.30-4.30 (Office) Tuesday-Thursday 10am-1pm (community Shop) |
Monday - Friday via referral and Saturdays 10am -2pm |
Mon 1-3pm (term time only), Tue 2-4pm |
10am-12pm Monday, 2pm-4pm Tuesday |
Closed on Mondays |
Closed Mondays, open Tues - Sun 10am - 4pm |
Mon-Fri 9am-5pm (closed 1-2pm for lunch) |
Every 3 weeks on Monday 10am-12pm |
Monday 25 May 10am - 12pm |
Mondays from September 10am - 12pm |
Summer: Mon-Fri 9am-5pm; Winter: Mon-Fri 10am-4pm |
Monday 25:00 - 26:00 |
Monday 13pm - 15pm |
Not Mondays 10am-12pm |
Monday or Tuesday 10am - 12pm |
Alternate Mondays and Fridays 10am - 12pm |
First and last week of the month, Mondays 10am-12pm |
Foodbank: Wednesday 5 - 6.30pm Grocer Friday 9.30am - 12 noon |
24/7 upon request |
"""


def labelled() -> list[tuple[str, str]]:
    """Return each phrase with its label."""
    lines = (line.partition("|") for line in PHRASES.strip().splitlines())
    return [(phrase.strip(), label.strip()) for phrase, _, label in lines]
