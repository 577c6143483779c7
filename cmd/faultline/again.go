package main

import "strings"

// commandAgain is the command line that repeats a run, anew: without the directory it went to.
func commandAgain(args []string) string {
	words := []string{"faultline"}
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "--out":
			i++
		case args[i] != "--resume" && !strings.HasPrefix(args[i], "--out="):
			words = append(words, quote(args[i]))
		}
	}
	return strings.Join(words, " ")
}

// quote makes a word safe to paste into a shell.
func quote(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=.,/:@+", r)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
