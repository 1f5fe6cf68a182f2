package npm

import (
	"encoding/json"

	"github.com/currant-bot/currant/datasources/internal/jsonstream"
)

// lenient decodes an object of strings, leaving out what is none.
func lenient(d *json.Decoder, into *map[string]string) error {
	*into = make(map[string]string)
	return jsonstream.Object(d, func(key string) error {
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
