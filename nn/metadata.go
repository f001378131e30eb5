package nn

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gradlab/internal/quote"
)

// mostItems is how long the lists of the metadata may be, by their key in lower
// case. An item takes many times the memory of its text, "{}" say, so lists are
// counted before anything is made of them.
var mostItems = map[string]int{
	"layers": 1 << 14, "features": 100_000, "labels": 100_000, "units": 100_000,
	"categories": 256, "fill": 256, "classes": 1000, "class_weights": 1000,
}

// decode is json.Unmarshal for the metadata of a stranger.
func decode(text string, to any) error {
	if err := checkLists(json.NewDecoder(strings.NewReader(text)), "", 0); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), to)
}

// checkLists goes through the next value, which has the given key.
func checkLists(d *json.Decoder, key string, depth int) error {
	const deepest = 8
	if depth > deepest {
		return errors.New("values are nested too deeply")
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		for n := 0; d.More(); n++ {
			if n == mostItems[key] {
				return fmt.Errorf("the list %s has more than %d items", quote.Text(key), n)
			}
			if err := checkLists(d, "", depth+1); err != nil {
				return err
			}
		}
		_, err = d.Token()
	case json.Delim('{'):
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if err := checkLists(d, strings.ToLower(name.(string)), depth+1); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}
