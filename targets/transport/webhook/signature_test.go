package webhook

import (
	"bytes"
	"strings"
	"testing"
)

// TestSign: the second test case of RFC 4231, and what is not the signature of its body.
func TestSign(t *testing.T) {
	secret, body := "Jefe", []byte("what do ya want for nothing?")
	want := "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
	if got := Sign(secret, body); got != want {
		t.Fatalf("signed %s, want %s", got, want)
	}
	for _, c := range []struct {
		name, secret, body, signature string
		ok                            bool
	}{
		{"right", secret, string(body), want, true},
		{"upper case", secret, string(body), scheme + strings.ToUpper(want[len(scheme):]), true},
		{"none", secret, string(body), "", false},
		{"no digits", secret, string(body), scheme, false},
		{"no scheme", secret, string(body), want[len(scheme):], false},
		{"other scheme", secret, string(body), "sha1=" + want[len(scheme):], false},
		{"cut short", secret, string(body), want[:len(want)-2], false},
		{"too long", secret, string(body), want + "00", false},
		{"not hexadecimal", secret, string(body), want[:len(want)-1] + "g", false},
		{"last digit", secret, string(body), want[:len(want)-1] + "4", false},
		{"other body", secret, string(body) + " ", want, false},
		{"other secret", "jefe", string(body), want, false},
		{"no secret", "", string(body), Sign("", body), false},
	} {
		if got := Verify(c.secret, []byte(c.body), c.signature); got != c.ok {
			t.Errorf("%s: %v, want %v", c.name, got, c.ok)
		}
	}
}

// FuzzVerify: nothing but the signature of a body passes, and only as hexadecimal digits.
func FuzzVerify(f *testing.F) {
	f.Add("secret", []byte(`{"event":"payment.completed"}`), "sha256=")
	f.Add("", []byte{}, Sign("", nil))
	f.Add("s", []byte("body"), Sign("s", []byte("body")))
	f.Fuzz(func(t *testing.T, secret string, body []byte, signature string) {
		right := Sign(secret, body)
		if got, want := Verify(secret, body, right), secret != ""; got != want {
			t.Errorf("its own signature: %v", got)
		}
		if Verify(secret, body, signature) && !strings.EqualFold(signature, right) {
			t.Errorf("%q passes for %q", signature, right)
		}
		if changed := append(bytes.Clone(body), 'x'); Verify(secret, changed, right) {
			t.Error("the signature of another body passes")
		}
	})
}
