package envwriter

import "github.com/joho/godotenv"

const loadsNothing = "Pocket ID ignores the whole file because of this line"

// Pocket ID uses godotenv 1.5.1, and so does this reader. It expands $NAME from the
// file so far, never from the environment.
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
