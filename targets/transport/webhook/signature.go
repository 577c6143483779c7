package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// SignatureHeader proves that a callback comes from somebody who has the secret, and came unchanged.
const SignatureHeader = "X-Webhook-Signature"

const scheme = "sha256="

// Sign is the signature of a body: its HMAC-SHA256 (RFC 2104) in hexadecimal.
func Sign(secret string, body []byte) string {
	return scheme + hex.EncodeToString(sum(secret, body))
}

// Verify reports whether a signature is that of a body, in a time that does not depend on where they differ.
// Without a secret nothing is.
func Verify(secret string, body []byte, signature string) bool {
	text, ok := strings.CutPrefix(signature, scheme)
	sent, err := hex.DecodeString(text)
	return ok && err == nil && secret != "" && hmac.Equal(sent, sum(secret, body))
}

func sum(secret string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return mac.Sum(nil)
}
