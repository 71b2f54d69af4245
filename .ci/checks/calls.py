"""Generated calls of every public function, each with one argument in another form: is the answer right, is the error clear?
Prints a line per module, and each call that was answered wrongly or unclearly. --quick makes some 700 calls instead of 10,000."""
import sys, warnings
from vs2_nb.engine.calls import SILENT, UNCLEAR, calls, table, told
from vs2_nb.engine.doors import DOORS

if __name__ == '__main__':
    warnings.simplefilter('ignore')
    n = 3 if '--quick' in sys.argv else -(-10_000//len(DOORS))
    found = [c for door in DOORS for c in calls(door, n)]
    print(table(found).to_string())
    bad = {o: [c for c in found if c['outcome'] == o] for o in (UNCLEAR, SILENT)}
    print(*(told(c) for some in bad.values() for c in some), sep='\n')
    print(f'{len(found)} calls of {len(DOORS)} functions: {100*len(bad[UNCLEAR])/len(found):.2f} % unclear, {len(bad[SILENT])} wrong without a word')
    sys.exit(bool(bad[SILENT]) or len(bad[UNCLEAR]) >= .01*len(found))
