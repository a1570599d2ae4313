package envwriter

import "github.com/joho/godotenv"

const loadsNothing = "Pocket ID ignores the whole file because of this line"

// Pocket ID loads its file with godotenv 1.5.1, so godotenv itself is the rule.
// It expands $NAME from what the file has set so far, never from the environment.
var pocketIDReader = Reader{
	Name:     "pocket-id",
	Variants: []Variant{{Read: readPocketID}},
	lint: map[string]string{
		"bom":        bomBefore + "Pocket ID ignores the whole file because of it",
		"name alone": bareName + loadsNothing,
		"odd name":   oddCharacter + loadsNothing,
		"open quote": openQuote + loadsNothing,
		"text":       neither + loadsNothing,
	},
}

func readPocketID(file []byte) (map[string]string, error) {
	if err := checkExpansion(file); err != nil {
		return nil, err
	}
	return godotenv.UnmarshalBytes(file)
}
