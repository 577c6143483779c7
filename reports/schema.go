package reports

import _ "embed" // the schemas

// Schema is the JSON Schema (draft 2020-12) of what JSON writes.
//
//go:embed report.schema.json
var Schema []byte

// ContrastSchema is the JSON Schema of what ContrastJSON writes.
//
//go:embed compare.schema.json
var ContrastSchema []byte
