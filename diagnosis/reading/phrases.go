package reading

import "strings"

// Says reports whether lower-case words have one of the phrases: "|" is or, "*" is
// up to 300 other characters, "^" before a phrase is the beginning.
func Says(words, phrases string) bool {
	for p := range strings.SplitSeq(phrases, "|") {
		if start, anchored := strings.CutPrefix(p, "^"); anchored && strings.HasPrefix(words, start) || saysPhrase(words, p) {
			return true
		}
	}
	return false
}

const maxGap = 300 // characters that a "*" may stand for

func saysPhrase(words, phrase string) bool {
	first, rest, more := strings.Cut(phrase, "*")
	for {
		i := strings.Index(words, first)
		if i < 0 {
			return false
		}
		after := words[i+len(first):]
		if !more || saysPhrase(after[:min(len(after), maxGap)], rest) {
			return true
		}
		words = words[min(i+max(1, len(first)), len(words)):]
		if words == "" {
			return false
		}
	}
}

// HasWord reports whether a list between spaces has a word.
func HasWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }
