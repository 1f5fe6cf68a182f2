// Package jsonstream reads large JSON documents without holding them.
package jsonstream

import (
	"encoding/json"
	"fmt"
)

// Object reads a JSON object key by key; value reads each value from d. null
// counts as an object without keys.
func Object(d *json.Decoder, value func(key string) error) error {
	t, err := d.Token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('{') {
		return fmt.Errorf("%v where an object was expected", t)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		if err := value(key.(string)); err != nil { // the decoder lets nothing else be a key
			return err
		}
	}
	_, err = d.Token()
	return err
}

// Skip reads a value without holding more than a piece of it.
func Skip(d *json.Decoder) error {
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
