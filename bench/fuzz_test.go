package bench

import (
	"path/filepath"
	"testing"
	"time"
)

// FuzzAnalyse puts anything into any file of a trial: it is read, or refused with an error that names the file. Figures
// of what was read can be computed.
func FuzzAnalyse(f *testing.F) {
	names := append([]string{fileTrial}, factFiles...)
	f.Add(byte(0), []byte(`{"schema":3,"phases":{"fault":1,"recovery":2}}`))
	f.Add(byte(1), []byte("0\n1000\n9223372036854775807\n-9223372036854775808\n"))
	f.Add(byte(2), []byte("0,1,2,3,4,201,accepted,confirmed,ord_1,,1\n0,-1,-1,-1,-1,0,no answer,,,\"a,\"\"b\",3\n"))
	f.Add(byte(3), []byte("1,5,5,2,accepted,confirmed\n99,1,1,1,failed,y\n"))
	f.Add(byte(4), []byte(`{"t":-5,"kind":"inject","place":"risk"}`+"\n"+`{"t":1e300}`+"\n"))
	f.Add(byte(5), []byte(`{"from":0,"to":1,"service":"risk","latency":{"-7":3,"99999999":-1}}`+"\n"))
	f.Add(byte(8), []byte("1,order,ord_1,charge,2\n\n,,,,\n"))
	f.Fuzz(func(t *testing.T, which byte, raw []byte) {
		dir := t.TempDir()
		write(t, dir, someFacts(), someBooks())
		put(t, filepath.Join(dir, names[int(which)%len(names)]), raw)
		facts, err := ReadTrial(dir)
		if err != nil {
			return
		}
		p := facts.Trial.Phases
		if p.End < 0 || p.End > time.Hour || !(p.Baseline >= 0 && p.Baseline <= p.Fault && p.Fault <= p.Recovery && p.Recovery <= p.Drain && p.Drain <= p.End) {
			return
		}
		Analyse(RunHeader{}, []Facts{facts})
	})
}
