package npm

import (
	"encoding/json"
	"fmt"
)

// object reads a JSON object key by key; value reads each value from d. null
// counts as an object without keys.
func object(d *json.Decoder, value func(key string) error) error {
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
		if err := value(key.(string)); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// skip reads a value without holding more than a piece of it.
func skip(d *json.Decoder) error {
	depth := 0
	for {
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

// lenient decodes an object of strings, leaving out what is none.
func lenient(d *json.Decoder, into *map[string]string) error {
	*into = make(map[string]string)
	return object(d, func(key string) error {
		var v text
		if err := d.Decode(&v); err != nil {
			return err
		}
		if v != "" {
			(*into)[key] = string(v)
		}
		return nil
	})
}
