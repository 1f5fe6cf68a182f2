package schedule_test

import (
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/config/schedule"
)

func at(t *testing.T, s, zone string) time.Time {
	t.Helper()
	z, err := schedule.Zone(zone)
	if err != nil {
		t.Fatal(err)
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", s, z)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// 2026-06-01 is a Monday.
func TestIn(t *testing.T) {
	for _, c := range []struct{ text, in, out string }{
		{"before 6am on Monday", "2026-06-01 05:59", "2026-06-01 06:00"},
		{"before 6am on monday", "2026-06-01 00:00", "2026-06-02 05:00"},
		{"Before 5am every weekday", "2026-06-05 04:00", "2026-06-06 04:00"},
		{"after 10pm and before 5am every weekday", "2026-06-01 22:00", "2026-06-01 12:00"},
		{"after 10pm and before 5am every weekday", "2026-06-01 04:59", "2026-06-06 23:00"},
		{"after 10:30 pm", "2026-06-01 22:30", "2026-06-01 22:29"},
		{"after 7am before 9am", "2026-06-01 08:00", "2026-06-01 09:00"},
		{"after 17:00", "2026-06-01 17:00", "2026-06-01 16:59"},
		{"before noon", "2026-06-01 11:59", "2026-06-01 12:00"},
		{"after 12am and before 1am", "2026-06-01 00:30", "2026-06-01 12:30"},
		{"every weekend", "2026-06-06 12:00", "2026-06-05 12:00"},
		{"every weekend", "2026-06-07 23:59", "2026-06-08 00:00"},
		{"on friday and saturday", "2026-06-06 12:00", "2026-06-07 12:00"},
		{"on monday, wednesday and friday", "2026-06-03 12:00", "2026-06-04 12:00"},
		{"on monday through thursday", "2026-06-04 12:00", "2026-06-05 12:00"},
		{"on fri through mon", "2026-06-07 12:00", "2026-06-02 12:00"},
		{"before 5am on the 1st and 15th day of the month", "2026-06-15 04:00", "2026-06-14 04:00"},
		{"before 5am on the 10th and 25th day of the month", "2026-06-25 04:00", "2026-06-25 05:00"},
		{"On the first day of the month", "2026-06-01 23:00", "2026-06-02 00:00"},
		{"on the last day of the month", "2028-02-29 23:00", "2028-02-28 00:00"},
		{"on the first through seventh day of the month", "2026-06-07 00:00", "2026-06-08 00:00"},
		{"every 3 months on the first day of the month", "2026-04-01 12:00", "2026-05-01 12:00"},
		{"every 12 months on the first day of the month", "2026-01-01 12:00", "2026-07-01 12:00"},
		{"on saturday on the first week of the month every 3rd month", "2026-07-04 12:00", "2026-06-06 12:00"},
		{"every 1 hour every weekday", "2026-06-01 13:37", "2026-06-06 13:37"},
		{"every 4 week on Monday", "2026-01-26 12:00", "2026-02-02 12:00"},
		{"on sunday of january", "2026-01-04 12:00", "2026-02-01 12:00"},
		{"every weekday in june through august", "2026-08-03 12:00", "2026-09-01 12:00"},
		{"* 0-3 * * 1", "2026-06-01 03:59", "2026-06-01 04:00"},
		{"* 0-6,18-23 * * 5", "2026-06-05 18:00", "2026-06-05 17:00"},
		{"* * 7,21 * *", "2026-06-21 18:00", "2026-06-20 17:00"},
		{"* 0-10 1-7 * 6", "2026-06-06 10:59", "2026-06-13 10:00"}, // both days must hold
		{"* 0-10 1-7 * 6", "2026-06-06 10:59", "2026-06-05 10:00"},
		{"* * 1 */3 *", "2026-04-01 10:59", "2026-05-01 10:00"},
		{"* * * JAN-MAR MON,wed", "2026-01-07 10:59", "2026-01-08 10:00"},
		{"* */6 * * *", "2026-01-07 18:59", "2026-01-07 19:00"},
		{"* * * * 7", "2026-06-07 18:59", "2026-06-08 19:00"},
		{"* * L * *", "2026-06-30 18:59", "2026-06-29 19:00"},
		{"at 4am on monday and wednesday", "2026-06-03 04:59", "2026-06-03 05:00"},
		{"* * * * 1#2", "2026-06-08 18:59", "2026-06-01 19:00"},
		{"* * * * 5#L,1", "2026-06-26 18:59", "2026-06-19 19:00"},
		{"* * * * 5L", "2026-06-26 18:59", "2026-06-19 19:00"},
		{"* * 6W,20 * *", "2026-06-05 18:59", "2026-06-06 19:00"}, // the 6th is a Saturday
		{"* * 1W * *", "2026-08-03 18:59", "2026-08-01 19:00"},    // the 1st is a Saturday
		{"* * 31W * *", "2026-05-29 18:59", "2026-05-31 19:00"},   // the 31st is a Sunday
		{"* * 15W * *", "2026-06-15 18:59", "2026-06-16 19:00"},
		{"* 9 * * 1", "2026-06-01 09:59", "2026-06-01 10:00"},
	} {
		s, err := schedule.Parse([]string{c.text}, "")
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if !s.In(at(t, c.in, "")) {
			t.Errorf("%s: closed at %s", c.text, c.in)
		}
		if s.In(at(t, c.out, "")) {
			t.Errorf("%s: open at %s", c.text, c.out)
		}
	}
}

func TestAlways(t *testing.T) {
	for _, texts := range [][]string{nil, {""}, {"at any time"}, {"At any time", "on monday"}, {"* * * * *"}, {"every day"}} {
		s, err := schedule.Parse(texts, "Asia/Tokyo")
		if err != nil || !s.Always() || !s.In(time.Now()) || !s.Next(time.Now()).IsZero() {
			t.Errorf("%q: always %v, %v", texts, s.Always(), err)
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"*/5 * * * *":                      "minutes must be",
		"0 5 * * 1":                        "minutes must be",
		"* 25 * * *":                       `the hour: "25" is not between 0 and 23`,
		"* * * * mox":                      "day of the week",
		"* * * * 1#6":                      "day of the week",
		"* * 32W * *":                      "day of the month",
		"* 5-2 * * *":                      "no range",
		"* */0 * * *":                      "no step",
		"whenever":                         `"whenever" is not understood`,
		"every 15 minutes every weekday":   "must not name minutes",
		"after lunch":                      "expected a time",
		"before 13pm":                      "expected a time",
		"at 5am":                           "names no day",
		"on the first monday of the month": `* * 1-7 * 1`,
		"on the 32nd day of the month":     "not understood",
		"github>acme/presets:schedule":     "not understood",
		"monday through":                   "expected a name",
		strings.Repeat("on monday ", 200):  "too long",
	} {
		s, err := schedule.Parse([]string{text}, "")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if !s.Always() {
			t.Errorf("%q bounds something", text)
		}
	}
	if _, err := schedule.Parse([]string{"on monday"}, "Europe/Berlim"); err == nil || !strings.Contains(err.Error(), "Europe/Berlim") {
		t.Errorf("timezone: %v", err)
	}
	for _, zone := range []string{"Local", "../../etc/passwd", "/etc/localtime"} {
		if _, err := schedule.Zone(zone); err == nil {
			t.Errorf("timezone %q is taken", zone)
		}
	}
}

func TestNext(t *testing.T) {
	for _, c := range []struct{ text, zone, now, want string }{
		{"before 6am on monday", "", "2026-06-01 06:00", "2026-06-08 00:00"},
		{"before 6am on monday", "", "2026-06-01 05:00", "2026-06-01 06:00"},
		{"before 6am on monday", "", "2026-06-03 12:34", "2026-06-08 00:00"},
		{"after 10:10am", "", "2026-06-03 10:09", "2026-06-03 10:10"},
		{"every weekend", "", "2026-06-03 12:34", "2026-06-06 00:00"},
		{"every weekend", "", "2026-06-06 12:34", "2026-06-08 00:00"},
		{"* * 29 2 *", "", "2026-06-06 12:34", "2028-02-29 00:00"},
		{"* * 29 2 1", "", "2026-06-06 12:34", ""},
		{"every 12 months on the first day of the month", "", "2026-01-02 00:00", "2027-01-01 00:00"},
		{"after 10pm and before 5am", "", "2026-06-03 23:00", "2026-06-04 05:00"},
		{"before 5am", "Europe/Berlin", "2026-06-03 23:00", "2026-06-04 00:00"},
		{"before 5am", "Australia/Lord_Howe", "2026-10-03 23:00", "2026-10-04 00:00"},
		// The clock goes from 02:00 to 03:00 on 2026-03-29, and from 03:00 back to 02:00 on 2026-10-25.
		{"after 2:30am and before 4am", "Europe/Berlin", "2026-03-29 01:00", "2026-03-29 03:00"},
		{"* 2 * * *", "Europe/Berlin", "2026-03-29 01:00", "2026-03-30 02:00"},
		{"before 3am", "Europe/Berlin", "2026-10-25 00:30", "2026-10-25 03:00"},
	} {
		s, err := schedule.Parse([]string{c.text}, c.zone)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		now, want := at(t, c.now, c.zone), time.Time{}
		if c.want != "" { // "": in 2044, which is further than it looks
			want = at(t, c.want, c.zone)
		}
		got := s.Next(now)
		if !got.Equal(want) {
			t.Errorf("%s: after %s comes %s, want %s", c.text, now, got, want)
		}
		if !got.IsZero() && (s.In(got) == s.In(now) || s.In(got.Add(-time.Second)) != s.In(now)) {
			t.Errorf("%s: nothing changes at %s", c.text, got)
		}
	}
}

func TestDaylightSaving(t *testing.T) {
	s, err := schedule.Parse([]string{"before 5am on sunday"}, "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for day, hours := range map[string]int{"2026-03-22": 5, "2026-03-29": 4, "2026-10-25": 6} {
		open := at(t, day+" 00:00", "Europe/Berlin")
		if got := s.Next(open).Sub(open); got != time.Duration(hours)*time.Hour {
			t.Errorf("%s: open for %s, want %d hours", day, got, hours)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"after 10pm and before 5am every weekday", "* 0-6,18-23 1-7 */3 5", "on the first day of the month", "every 4 week on Monday", "at 4am on Monday"} {
		f.Add(text, int64(1780000000))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		s, _ := schedule.Parse([]string{text}, "America/New_York")
		now := time.Unix(unix%(1<<33), 0)
		next := s.Next(now)
		if !next.IsZero() && (s.In(next) == s.In(now) || !next.After(now)) {
			t.Errorf("%q: at %s it is %v, and at %s too", text, now, s.In(now), next)
		}
	})
}

func BenchmarkNext(b *testing.B) {
	s, err := schedule.Parse([]string{"before 5am on the first day of the month"}, "Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		s.Next(now)
	}
}
