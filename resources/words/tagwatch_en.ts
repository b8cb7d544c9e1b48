<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en">
    <context>
        <name />
        <message numerus="yes">
            <source> and {count} more</source>
            <translation>
                <numerusform> and {count} more</numerusform>
                <numerusform> and {count} more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>, {count} older dropped</source>
            <translation>
                <numerusform>, {count} older dropped</numerusform>
                <numerusform>, {count} older dropped</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>; {count} rows were left out</source>
            <translation>
                <numerusform>; {count} row was left out</numerusform>
                <numerusform>; {count} rows were left out</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>; {count} tags had none</source>
            <translation>
                <numerusform>; {count} tag had none</numerusform>
                <numerusform>; {count} tags had none</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>A second look at {count}: {rows}{more}.</source>
            <translation>
                <numerusform>A second look at {count}: {rows}{more}.</numerusform>
                <numerusform>A second look at {count}: {rows}{more}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Delete what was recorded more than {count} days ago? It cannot be brought back.</source>
            <translation>
                <numerusform>Delete what was recorded more than {count} day ago? It cannot be brought back.</numerusform>
                <numerusform>Delete what was recorded more than {count} days ago? It cannot be brought back.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>For {count} days</source>
            <translation>
                <numerusform>For {count} day</numerusform>
                <numerusform>For {count} days</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Journal — {count} rows since {time}; scroll up for older ones</source>
            <translation>
                <numerusform>Journal — {count} row since {time}; scroll up for older ones</numerusform>
                <numerusform>Journal — {count} rows since {time}; scroll up for older ones</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Journal — {count} rows, all there is</source>
            <translation>
                <numerusform>Journal — {count} row, all there is</numerusform>
                <numerusform>Journal — {count} rows, all there is</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Paused — {count} new samples, End for live</source>
            <translation>
                <numerusform>Paused — {count} new sample, End for live</numerusform>
                <numerusform>Paused — {count} new samples, End for live</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Put away ({count})</source>
            <translation>
                <numerusform>Put away ({count})</numerusform>
                <numerusform>Put away ({count})</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Will write {count} to {sessions}, {how}; {excluded} excluded.</source>
            <translation>
                <numerusform>Will write {count} to {sessions}, {how}; {excluded} excluded.</numerusform>
                <numerusform>Will write {count} to {sessions}, {how}; {excluded} excluded.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>will write {count}, {excluded} excluded</source>
            <translation>
                <numerusform>will write {count}, {excluded} excluded</numerusform>
                <numerusform>will write {count}, {excluded} excluded</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Write {count} now</source>
            <translation>
                <numerusform>Write {count} now</numerusform>
                <numerusform>Write {count} now</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Write {count} …</source>
            <translation>
                <numerusform>Write {count} …</numerusform>
                <numerusform>Write {count} …</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} alarms</source>
            <translation>
                <numerusform>{count} alarm</numerusform>
                <numerusform>{count} alarms</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} days</source>
            <translation>
                <numerusform>{count} day</numerusform>
                <numerusform>{count} days</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} not sent</source>
            <translation>
                <numerusform>{count} not sent</numerusform>
                <numerusform>{count} not sent</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} older values coalesced</source>
            <translation>
                <numerusform>{count} older value coalesced</numerusform>
                <numerusform>{count} older values coalesced</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} records read …</source>
            <translation>
                <numerusform>{count} record read …</numerusform>
                <numerusform>{count} records read …</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows</source>
            <translation>
                <numerusform>{count} row</numerusform>
                <numerusform>{count} rows</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows added.</source>
            <translation>
                <numerusform>{count} row added.</numerusform>
                <numerusform>{count} rows added.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows are in {path}</source>
            <translation>
                <numerusform>{count} row is in {path}</numerusform>
                <numerusform>{count} rows are in {path}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows read …</source>
            <translation>
                <numerusform>{count} row read …</numerusform>
                <numerusform>{count} rows read …</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows saved in {path}</source>
            <translation>
                <numerusform>{count} row saved in {path}</numerusform>
                <numerusform>{count} rows saved in {path}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows written …</source>
            <translation>
                <numerusform>{count} row written …</numerusform>
                <numerusform>{count} rows written …</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} samples are in the records as “{source}”</source>
            <translation>
                <numerusform>{count} sample is in the records as “{source}”</numerusform>
                <numerusform>{count} samples are in the records as “{source}”</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} samples held</source>
            <translation>
                <numerusform>{count} sample held</numerusform>
                <numerusform>{count} samples held</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} tags are looked up …</source>
            <translation>
                <numerusform>{count} tag is looked up …</numerusform>
                <numerusform>{count} tags are looked up …</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} to read</source>
            <translation>
                <numerusform>{count} to read</numerusform>
                <numerusform>{count} to read</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} values</source>
            <translation>
                <numerusform>{count} value</numerusform>
                <numerusform>{count} values</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} values are in {path}</source>
            <translation>
                <numerusform>{count} value is in {path}</numerusform>
                <numerusform>{count} values are in {path}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} values read, {failed} could not be.</source>
            <translation>
                <numerusform>{count} value read, {failed} could not be.</numerusform>
                <numerusform>{count} values read, {failed} could not be.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} values read.</source>
            <translation>
                <numerusform>{count} value read.</numerusform>
                <numerusform>{count} values read.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} writes</source>
            <translation>
                <numerusform>{count} write</numerusform>
                <numerusform>{count} writes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} writes are in {path}</source>
            <translation>
                <numerusform>{count} write is in {path}</numerusform>
                <numerusform>{count} writes are in {path}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{size} in {count} files</source>
            <translation>
                <numerusform>{size} in {count} file</numerusform>
                <numerusform>{size} in {count} files</numerusform>
            </translation>
        </message>
    </context>
</TS>
