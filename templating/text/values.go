package text

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// plain turns the slices, maps and numbers that callers have into []any,
// map[string]any and float64.
func plain(v any) any {
	switch v := v.(type) {
	case nil, bool, string, float64, []any, map[string]any:
		return v
	case int:
		return float64(v)
	case []string:
		out := make([]any, len(v))
		for i, s := range v {
			out[i] = s
		}
		return out
	case map[string]string:
		out := make(map[string]any, len(v))
		for key, s := range v {
			out[key] = s
		}
		return out
	}
	return reflected(reflect.ValueOf(v))
}

func reflected(v reflect.Value) any {
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return float64(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return float64(v.Uint())
	case reflect.Float32, reflect.Float64:
		return v.Float()
	case reflect.Slice, reflect.Array:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = v.Index(i).Interface()
		}
		return out
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return nil
		}
		out := make(map[string]any, v.Len())
		for _, key := range v.MapKeys() {
			out[key.String()] = v.MapIndex(key).Interface()
		}
		return out
	}
	return nil
}

// truthy is what "if" asks: nothing, false, 0, "" and empty lists are not true.
func truthy(v any) bool {
	switch v := plain(v).(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0 && !math.IsNaN(v)
	case []any:
		return len(v) > 0
	}
	return true
}

// follow returns what path leads to from v; nil if it leads nowhere.
func follow(v any, path []string) any {
	for _, name := range path {
		switch at := plain(v).(type) {
		case map[string]any:
			v = at[name]
		case []any:
			i, err := strconv.Atoi(name)
			switch {
			case name == "length":
				v = float64(len(at))
			case err != nil || i < 0 || i >= len(at):
				return nil
			default:
				v = at[i]
			}
		case string:
			if name != "length" {
				return nil
			}
			v = float64(len([]rune(at)))
		default:
			return nil
		}
	}
	return v
}

// text returns v as JavaScript prints it.
func (e *evaluation) text(v any) (string, error) {
	switch v := plain(v).(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			part, err := e.text(item)
			if err != nil {
				return "", err
			}
			if err := e.spend(len(part) + 1); err != nil {
				return "", err
			}
			parts[i] = part
		}
		return strings.Join(parts, ","), nil
	case map[string]any:
		return "[object Object]", nil
	}
	return "", nil
}

func (e *evaluation) json(v any, indent string) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), e.spend(b.Len())
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
