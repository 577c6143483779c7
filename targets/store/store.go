// Package store is a service's durable state: one embedded transactional file.
//
// A committed transaction survives the death of the process at any moment (kill -9). It is not
// forced to the disk, so it does not survive a power cut: docs/store.md has the reasons and figures.
package store

import (
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// initialMap is mapped at once, so that growing does not stop the writers.
const initialMap = 64 << 20

// A Store is a file of named buckets, each a sorted map from keys to JSON values.
type Store struct{ db *bolt.DB }

// A Tx is one transaction; its writes are all kept or none. Errors are kept until it ends.
type Tx struct {
	tx  *bolt.Tx
	err error
}

// Open opens the store in a file, which it makes if need be, with the buckets that the service uses.
func Open(path string, buckets ...string) (*Store, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{
		NoSync: true, NoGrowSync: true, NoFreelistSync: true,
		FreelistType: bolt.FreelistMapType, InitialMmapSize: initialMap, Timeout: 5 * time.Second,
	})
	if err != nil {
		return nil, fmt.Errorf("opening store %s: %w", path, err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, b := range buckets {
			if _, err := tx.CreateBucketIfNotExists([]byte(b)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("making buckets in %s: %w", path, err)
	}
	return &Store{db}, nil
}

// Close releases the file.
func (s *Store) Close() error { return s.db.Close() }

// Update runs fn in a transaction that is kept when fn and every write in it succeed.
func (s *Store) Update(fn func(*Tx) error) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		t := &Tx{tx: tx}
		if err := fn(t); err != nil {
			return err
		}
		return t.err
	})
}

// View runs fn on one consistent state.
func (s *Store) View(fn func(*Tx) error) error {
	return s.db.View(func(tx *bolt.Tx) error {
		t := &Tx{tx: tx}
		if err := fn(t); err != nil {
			return err
		}
		return t.err
	})
}

// Empty deletes every key of some buckets.
func (t *Tx) Empty(buckets ...string) {
	for _, b := range buckets {
		t.keep(t.tx.DeleteBucket([]byte(b)))
		_, err := t.tx.CreateBucket([]byte(b))
		t.keep(err)
	}
}

// Get reads the value at key into v and reports whether there is one.
func (t *Tx) Get(bucket, key string, v any) bool {
	raw := t.tx.Bucket([]byte(bucket)).Get([]byte(key))
	if raw == nil {
		return false
	}
	t.keep(json.Unmarshal(raw, v))
	return t.err == nil
}

// Put writes v at key.
func (t *Tx) Put(bucket, key string, v any) {
	raw, err := json.Marshal(v)
	t.keep(err)
	t.keep(t.tx.Bucket([]byte(bucket)).Put([]byte(key), raw))
}

// Delete removes key, if it is there.
func (t *Tx) Delete(bucket, key string) {
	t.keep(t.tx.Bucket([]byte(bucket)).Delete([]byte(key)))
}

// Append writes v after everything that was appended to the bucket before.
func (t *Tx) Append(bucket string, v any) {
	seq, err := t.tx.Bucket([]byte(bucket)).NextSequence()
	t.keep(err)
	t.Put(bucket, fmt.Sprintf("%016x", seq), v)
}

// Each calls fn for every key of a bucket that begins with prefix, in order, until fn returns false.
// The value is only valid during the call; read it with json.Unmarshal.
func (t *Tx) Each(bucket, prefix string, fn func(key string, value []byte) bool) {
	c := t.tx.Bucket([]byte(bucket)).Cursor()
	for k, v := c.Seek([]byte(prefix)); k != nil && len(k) >= len(prefix) && string(k[:len(prefix)]) == prefix; k, v = c.Next() {
		if !fn(string(k), v) {
			return
		}
	}
}

func (t *Tx) keep(err error) {
	if t.err == nil {
		t.err = err
	}
}
