<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
    <context>
        <name />
        <message>
            <source>     → {value} requested</source>
            <translation>     → {value} angefordert</translation>
        </message>
        <message>
            <source> and </source>
            <translation> und </translation>
        </message>
        <message numerus="yes">
            <source> and {count} more</source>
            <translation>
                <numerusform> und {count} weitere</numerusform>
                <numerusform> und {count} weitere</numerusform>
            </translation>
        </message>
        <message>
            <source> by {user}</source>
            <translation> von {user}</translation>
        </message>
        <message>
            <source> by {user}, verified by {verifier}</source>
            <translation> von {user}, geprüft von {verifier}</translation>
        </message>
        <message>
            <source> days</source>
            <translation> Tage</translation>
        </message>
        <message>
            <source> Log in below and write again.</source>
            <translation> Unten anmelden und noch einmal schreiben.</translation>
        </message>
        <message>
            <source> MiB</source>
            <translation> MiB</translation>
        </message>
        <message>
            <source> or </source>
            <translation> oder </translation>
        </message>
        <message>
            <source> Two people have to log in below.</source>
            <translation> Zwei Personen müssen sich unten anmelden.</translation>
        </message>
        <message>
            <source> with a source time</source>
            <translation> mit Quellzeit</translation>
        </message>
        <message>
            <source> · {shown} of {rows} shown</source>
            <translation> · {shown} von {rows} angezeigt</translation>
        </message>
        <message>
            <source> — EXPIRED</source>
            <translation> — ABGELAUFEN</translation>
        </message>
        <message>
            <source> — NOT VALID YET</source>
            <translation> — NOCH NICHT GÜLTIG</translation>
        </message>
        <message>
            <source> — pens of a replay stand at the time of their recording</source>
            <translation> — Kurven einer Wiedergabe stehen bei der Zeit ihrer Aufzeichnung</translation>
        </message>
        <message>
            <source>&amp;File</source>
            <translation>&amp;Datei</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <translation>&amp;Hilfe</translation>
        </message>
        <message>
            <source>&amp;Tag</source>
            <translation>&amp;Variable</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>&amp;Ansicht</translation>
        </message>
        <message>
            <source>(no bytes)</source>
            <translation>(keine Bytes)</translation>
        </message>
        <message>
            <source>, attempt {number} in {time}</source>
            <translation>, Versuch {number} in {time}</translation>
        </message>
        <message>
            <source>, chattering</source>
            <translation>, flatternd</translation>
        </message>
        <message>
            <source>, constant</source>
            <translation>, konstant</translation>
        </message>
        <message>
            <source>, damaged and set aside: {names}</source>
            <translation>, beschädigt und beiseitegelegt: {names}</translation>
        </message>
        <message>
            <source>, high limited</source>
            <translation>, nach oben begrenzt</translation>
        </message>
        <message>
            <source>, its quality is {quality}</source>
            <translation>, ihre Qualität ist {quality}</translation>
        </message>
        <message>
            <source>, low limited</source>
            <translation>, nach unten begrenzt</translation>
        </message>
        <message>
            <source>, next attempt in {time}</source>
            <translation>, nächster Versuch in {time}</translation>
        </message>
        <message>
            <source>, not live</source>
            <translation>, nicht live</translation>
        </message>
        <message>
            <source>, trying now</source>
            <translation>, Versuch läuft</translation>
        </message>
        <message>
            <source>, {count} did not need it</source>
            <translation>, {count} brauchten es nicht</translation>
        </message>
        <message numerus="yes">
            <source>, {count} older dropped</source>
            <translation>
                <numerusform>, {count} älteres verworfen</numerusform>
                <numerusform>, {count} ältere verworfen</numerusform>
            </translation>
        </message>
        <message>
            <source>, … {count} in all</source>
            <translation>, … {count} insgesamt</translation>
        </message>
        <message>
            <source>1 alarm</source>
            <translation>1 Alarm</translation>
        </message>
        <message>
            <source>1 hour</source>
            <translation>1 Stunde</translation>
        </message>
        <message>
            <source>1 minute</source>
            <translation>1 Minute</translation>
        </message>
        <message>
            <source>1 name is not known to its source: its row stays, marked “not found”.</source>
            <translation>1 Name ist der Quelle nicht bekannt: seine Zeile bleibt, gekennzeichnet mit „nicht gefunden“.</translation>
        </message>
        <message>
            <source>1 row</source>
            <translation>1 Zeile</translation>
        </message>
        <message>
            <source>1 row added.</source>
            <translation>1 Zeile hinzugefügt.</translation>
        </message>
        <message>
            <source>12 hours</source>
            <translation>12 Stunden</translation>
        </message>
        <message>
            <source>15 minutes</source>
            <translation>15 Minuten</translation>
        </message>
        <message>
            <source>24 hours</source>
            <translation>24 Stunden</translation>
        </message>
        <message>
            <source>30 minutes</source>
            <translation>30 Minuten</translation>
        </message>
        <message>
            <source>4 hours</source>
            <translation>4 Stunden</translation>
        </message>
        <message>
            <source>5 minutes</source>
            <translation>5 Minuten</translation>
        </message>
        <message>
            <source>8 hours</source>
            <translation>8 Stunden</translation>
        </message>
        <message>
            <source>; its open session stays as it is until it is opened again</source>
            <translation>; die offene Sitzung bleibt, wie sie ist, bis sie neu geöffnet wird</translation>
        </message>
        <message>
            <source>; what could not be read there is kept as {name}</source>
            <translation>; was dort nicht lesbar war, ist als {name} aufbewahrt</translation>
        </message>
        <message>
            <source>; {count} folders were not told: {failure}</source>
            <translation>; {count} Ordner wurden nicht mitgeteilt: {failure}</translation>
        </message>
        <message numerus="yes">
            <source>; {count} rows were left out</source>
            <translation>
                <numerusform>; {count} Zeile wurde ausgelassen</numerusform>
                <numerusform>; {count} Zeilen wurden ausgelassen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>; {count} tags had none</source>
            <translation>
                <numerusform>; {count} Variable hatte keinen</numerusform>
                <numerusform>; {count} Variablen hatten keinen</numerusform>
            </translation>
        </message>
        <message>
            <source>A bracket ] is missing.</source>
            <translation>Eine Klammer ] fehlt.</translation>
        </message>
        <message>
            <source>a column for each tag</source>
            <translation>eine Spalte je Variable</translation>
        </message>
        <message>
            <source>A constant: no tag is in it.</source>
            <translation>Eine Konstante: sie enthält keine Variable.</translation>
        </message>
        <message>
            <source>A CSV file, or values that were saved here</source>
            <translation>Eine CSV-Datei oder Werte, die hier gesichert wurden</translation>
        </message>
        <message>
            <source>a damaged file is set aside as {name}</source>
            <translation>eine beschädigte Datei liegt als {name} beiseite</translation>
        </message>
        <message>
            <source>A key needs at least one scope.</source>
            <translation>Ein Schlüssel braucht mindestens einen Bereich.</translation>
        </message>
        <message>
            <source>a late answer came: {answer}</source>
            <translation>eine späte Rückmeldung ist gekommen: {answer}</translation>
        </message>
        <message>
            <source>A list needs a name.</source>
            <translation>Eine Liste braucht einen Namen.</translation>
        </message>
        <message>
            <source>a list was expected</source>
            <translation>eine Liste wurde erwartet</translation>
        </message>
        <message>
            <source>A name is too long, or a quotation mark is missing.</source>
            <translation>Ein Name ist zu lang, oder ein Anführungszeichen fehlt.</translation>
        </message>
        <message>
            <source>A note has a text.</source>
            <translation>Eine Notiz braucht einen Text.</translation>
        </message>
        <message>
            <source>a number</source>
            <translation>eine Zahl</translation>
        </message>
        <message>
            <source>A number is unchanged while it is off by no more than either. 0 and 0 tell every change.</source>
            <translation>Eine Zahl gilt als unverändert, solange sie um höchstens eines von beiden abweicht. 0 und 0 melden jede Änderung.</translation>
        </message>
        <message>
            <source>A parenthesis is missing.</source>
            <translation>Eine runde Klammer fehlt.</translation>
        </message>
        <message>
            <source>A quotation mark is missing.</source>
            <translation>Ein Anführungszeichen fehlt.</translation>
        </message>
        <message>
            <source>a row for each sample</source>
            <translation>eine Zeile je Messwert</translation>
        </message>
        <message numerus="yes">
            <source>A second look at {count}: {rows}{more}.</source>
            <translation>
                <numerusform>{count} genauer ansehen: {rows}{more}.</numerusform>
                <numerusform>{count} genauer ansehen: {rows}{more}.</numerusform>
            </translation>
        </message>
        <message>
            <source>a session that is open there</source>
            <translation>eine Sitzung, die dort offen ist</translation>
        </message>
        <message>
            <source>a source has no name</source>
            <translation>eine Quelle hat keinen Namen</translation>
        </message>
        <message>
            <source>a source must be an object with name and backend, not {entry}</source>
            <translation>eine Quelle muss ein Objekt mit name und backend sein, nicht {entry}</translation>
        </message>
        <message>
            <source>a source that is saved there</source>
            <translation>eine Quelle, die dort gesichert ist</translation>
        </message>
        <message>
            <source>a tag of the same source, if any</source>
            <translation>eine Variable derselben Quelle, falls gewünscht</translation>
        </message>
        <message>
            <source>A tag's name is missing in [ ].</source>
            <translation>In [ ] fehlt der Name einer Variablen.</translation>
        </message>
        <message>
            <source>A time span is between 1 s and 366 d, not {text}</source>
            <translation>Eine Zeitspanne liegt zwischen 1 s und 366 d, nicht bei {text}</translation>
        </message>
        <message>
            <source>A trend needs a name.</source>
            <translation>Ein Trend braucht einen Namen.</translation>
        </message>
        <message>
            <source>A value holds until the next one comes</source>
            <translation>Ein Wert gilt, bis der nächste kommt</translation>
        </message>
        <message>
            <source>a whole number</source>
            <translation>eine ganze Zahl</translation>
        </message>
        <message>
            <source>a workspace without a name</source>
            <translation>ein Arbeitsbereich ohne Namen</translation>
        </message>
        <message>
            <source>A write is on its way.</source>
            <translation>Ein Schreibauftrag ist unterwegs.</translation>
        </message>
        <message>
            <source>A zip for whoever helps: without passwords, and without values of tags</source>
            <translation>Ein Zip für alle, die helfen: ohne Passwörter und ohne Werte von Variablen</translation>
        </message>
        <message>
            <source>About</source>
            <translation>Info</translation>
        </message>
        <message>
            <source>About Tagwatch</source>
            <translation>Info über Tagwatch</translation>
        </message>
        <message>
            <source>Absolute</source>
            <translation>Absolut</translation>
        </message>
        <message>
            <source>accepted</source>
            <translation>angenommen</translation>
        </message>
        <message>
            <source>Accepted by the source; waiting for its completion …</source>
            <translation>Von der Quelle angenommen; Rückmeldung steht aus …</translation>
        </message>
        <message>
            <source>Access</source>
            <translation>Zugriff</translation>
        </message>
        <message>
            <source>Account</source>
            <translation>Konto</translation>
        </message>
        <message>
            <source>Acknowledge</source>
            <translation>Quittieren</translation>
        </message>
        <message>
            <source>Acknowledge alarms</source>
            <translation>Alarme quittieren</translation>
        </message>
        <message>
            <source>Acknowledge all shown</source>
            <translation>Alle angezeigten quittieren</translation>
        </message>
        <message>
            <source>acknowledge and shelve alarms</source>
            <translation>Alarme quittieren und zurückstellen</translation>
        </message>
        <message>
            <source>Action</source>
            <translation>Aktion</translation>
        </message>
        <message>
            <source>active</source>
            <translation>gültig</translation>
        </message>
        <message>
            <source>active until {time}</source>
            <translation>gültig bis {time}</translation>
        </message>
        <message>
            <source>active, acknowledged</source>
            <translation>aktiv, quittiert</translation>
        </message>
        <message>
            <source>active, unacknowledged</source>
            <translation>aktiv, unquittiert</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>Hinzufügen</translation>
        </message>
        <message>
            <source>add a comment</source>
            <translation>Kommentar hinzufügen</translation>
        </message>
        <message>
            <source>Add a source that was opened lately, in any workspace</source>
            <translation>Eine kürzlich geöffnete Quelle hinzufügen, gleich aus welchem Arbeitsbereich</translation>
        </message>
        <message>
            <source>add and advise items, read values</source>
            <translation>Elemente anlegen und beobachten, Werte lesen</translation>
        </message>
        <message>
            <source>add rows</source>
            <translation>Zeilen hinzufügen</translation>
        </message>
        <message>
            <source>Add tags</source>
            <translation>Variablen hinzufügen</translation>
        </message>
        <message>
            <source>Add tags …</source>
            <translation>Variablen hinzufügen …</translation>
        </message>
        <message>
            <source>Add to trend</source>
            <translation>In den Trend aufnehmen</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>Adresse</translation>
        </message>
        <message>
            <source>Address of the API</source>
            <translation>Adresse der API</translation>
        </message>
        <message>
            <source>Address: a user name does not belong here; use the login below</source>
            <translation>Adresse: ein Benutzername gehört nicht hierher; dafür ist die Anmeldung unten da</translation>
        </message>
        <message>
            <source>Address: an IPv6 address wants brackets, like {example}</source>
            <translation>Adresse: eine IPv6-Adresse braucht Klammern, wie {example}</translation>
        </message>
        <message>
            <source>Address: only a host and a port, like {example}</source>
            <translation>Adresse: nur ein Rechner und ein Port, wie {example}</translation>
        </message>
        <message>
            <source>Address: the host's name is missing, like {example}</source>
            <translation>Adresse: der Name des Rechners fehlt, zum Beispiel {example}</translation>
        </message>
        <message>
            <source>Address: there must be no space in it</source>
            <translation>Adresse: sie darf kein Leerzeichen enthalten</translation>
        </message>
        <message>
            <source>Address: type the server's address, like {example}</source>
            <translation>Adresse: die Adresse des Servers eingeben, zum Beispiel {example}</translation>
        </message>
        <message>
            <source>Address: type where the other Tagwatch listens, like {example}</source>
            <translation>Adresse: angeben, wo das andere Tagwatch erreichbar ist, wie {example}</translation>
        </message>
        <message>
            <source>Address: {scheme}:// is not OPC UA over TCP; it starts with {known}</source>
            <translation>Adresse: {scheme}:// ist nicht OPC UA über TCP; das beginnt mit {known}</translation>
        </message>
        <message>
            <source>Address: {why}</source>
            <translation>Adresse: {why}</translation>
        </message>
        <message>
            <source>admin: everything</source>
            <translation>admin: alles</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>Alter</translation>
        </message>
        <message>
            <source>Age of what is deleted</source>
            <translation>Alter dessen, was gelöscht wird</translation>
        </message>
        <message>
            <source>Alarm</source>
            <translation>Alarm</translation>
        </message>
        <message>
            <source>alarm</source>
            <translation>Alarm</translation>
        </message>
        <message>
            <source>alarm acknowledged</source>
            <translation>Alarm quittiert</translation>
        </message>
        <message>
            <source>Alarm limits</source>
            <translation>Alarmgrenzen</translation>
        </message>
        <message>
            <source>alarm limits set: {limits}</source>
            <translation>Alarmgrenzen gesetzt: {limits}</translation>
        </message>
        <message>
            <source>Alarm limits …</source>
            <translation>Alarmgrenzen …</translation>
        </message>
        <message>
            <source>alarm shelved</source>
            <translation>Alarm zurückgestellt</translation>
        </message>
        <message>
            <source>alarm taken back into service</source>
            <translation>Alarm wieder in Betrieb genommen</translation>
        </message>
        <message>
            <source>alarm taken out of service</source>
            <translation>Alarm außer Betrieb genommen</translation>
        </message>
        <message>
            <source>alarm unshelved</source>
            <translation>Zurückstellung des Alarms aufgehoben</translation>
        </message>
        <message>
            <source>alarm: {words}</source>
            <translation>Alarm: {words}</translation>
        </message>
        <message>
            <source>Alarms</source>
            <translation>Alarme</translation>
        </message>
        <message>
            <source>alarms</source>
            <translation>Alarme</translation>
        </message>
        <message>
            <source>Alarms as system notifications</source>
            <translation>Alarme als Benachrichtigungen des Systems</translation>
        </message>
        <message>
            <source>alarms exported</source>
            <translation>Alarme exportiert</translation>
        </message>
        <message>
            <source>alarms left out of the workspace: {problems}</source>
            <translation>Alarme, die im Arbeitsbereich fehlen: {problems}</translation>
        </message>
        <message>
            <source>Alarms that nobody has acknowledged: {count}</source>
            <translation>Alarme, die niemand quittiert hat: {count}</translation>
        </message>
        <message>
            <source>All</source>
            <translation>Alle</translation>
        </message>
        <message>
            <source>all</source>
            <translation>alle</translation>
        </message>
        <message>
            <source>all but good</source>
            <translation>alle außer gut</translation>
        </message>
        <message>
            <source>all reading</source>
            <translation>alles Lesende</translation>
        </message>
        <message>
            <source>All times</source>
            <translation>Alle Zeiten</translation>
        </message>
        <message>
            <source>allow the password to be sent unencrypted</source>
            <translation>unverschlüsselte Übertragung des Passworts erlauben</translation>
        </message>
        <message>
            <source>Allow writing</source>
            <translation>Schreiben erlauben</translation>
        </message>
        <message>
            <source>already acknowledged</source>
            <translation>bereits quittiert</translation>
        </message>
        <message>
            <source>an array is written like [1, 2, 3] or ["a", "b"]</source>
            <translation>ein Feld wird geschrieben wie [1, 2, 3] oder ["a", "b"]</translation>
        </message>
        <message>
            <source>an earlier write has had no answer yet</source>
            <translation>auf einen früheren Schreibauftrag kam noch keine Rückmeldung</translation>
        </message>
        <message>
            <source>an entry is no object</source>
            <translation>ein Eintrag ist kein Objekt</translation>
        </message>
        <message>
            <source>an input is no number</source>
            <translation>eine Eingangsgröße ist keine Zahl</translation>
        </message>
        <message>
            <source>and</source>
            <translation>und</translation>
        </message>
        <message>
            <source>and {count} more</source>
            <translation>und {count} weitere</translation>
        </message>
        <message>
            <source>Anonymous</source>
            <translation>Anonym</translation>
        </message>
        <message>
            <source>Another list has this name.</source>
            <translation>Eine andere Liste heißt so.</translation>
        </message>
        <message>
            <source>another process</source>
            <translation>ein anderer Prozess</translation>
        </message>
        <message>
            <source>Another Tagwatch</source>
            <translation>Anderes Tagwatch</translation>
        </message>
        <message>
            <source>Another trend has this name.</source>
            <translation>Ein anderer Trend heißt so.</translation>
        </message>
        <message>
            <source>Answer</source>
            <translation>Rückmeldung</translation>
        </message>
        <message>
            <source>Answered</source>
            <translation>Beantwortet</translation>
        </message>
        <message>
            <source>API key</source>
            <translation>API-Schlüssel</translation>
        </message>
        <message>
            <source>API key created</source>
            <translation>API-Schlüssel angelegt</translation>
        </message>
        <message>
            <source>API key deleted</source>
            <translation>API-Schlüssel gelöscht</translation>
        </message>
        <message>
            <source>API key has a new secret</source>
            <translation>API-Schlüssel hat ein neues Geheimnis</translation>
        </message>
        <message>
            <source>API key revoked</source>
            <translation>API-Schlüssel gesperrt</translation>
        </message>
        <message>
            <source>API keys</source>
            <translation>API-Schlüssel</translation>
        </message>
        <message>
            <source>API keys …</source>
            <translation>API-Schlüssel …</translation>
        </message>
        <message>
            <source>API {address}</source>
            <translation>API {address}</translation>
        </message>
        <message>
            <source>As all other tags</source>
            <translation>Wie alle anderen Variablen</translation>
        </message>
        <message>
            <source>as the address</source>
            <translation>wie die Adresse</translation>
        </message>
        <message>
            <source>as the expression</source>
            <translation>wie der Ausdruck</translation>
        </message>
        <message>
            <source>as the settings say</source>
            <translation>wie in den Einstellungen</translation>
        </message>
        <message>
            <source>As the source says</source>
            <translation>Wie die Quelle angibt</translation>
        </message>
        <message>
            <source>as what is watched</source>
            <translation>wie das, was beobachtet wird</translation>
        </message>
        <message>
            <source>As “tagwatch keys create” shows it there; empty where none is asked for</source>
            <translation>Wie „tagwatch keys create“ ihn dort zeigt; leer, wo keiner verlangt wird</translation>
        </message>
        <message>
            <source>Ask again</source>
            <translation>Erneut fragen</translation>
        </message>
        <message>
            <source>asking</source>
            <translation>Rückfrage</translation>
        </message>
        <message>
            <source>Asking the source …</source>
            <translation>Quelle wird gefragt …</translation>
        </message>
        <message>
            <source>At A</source>
            <translation>Bei A</translation>
        </message>
        <message>
            <source>At B</source>
            <translation>Bei B</translation>
        </message>
        <message>
            <source>At start</source>
            <translation>Beim Start</translation>
        </message>
        <message>
            <source>Attempt</source>
            <translation>Versuch</translation>
        </message>
        <message>
            <source>attribute signature mismatch</source>
            <translation>Signatur des Attributs passt nicht</translation>
        </message>
        <message>
            <source>Audit</source>
            <translation>Schreibnachweis</translation>
        </message>
        <message>
            <source>audit store exported</source>
            <translation>Schreibnachweis exportiert</translation>
        </message>
        <message>
            <source>audit store verified: {result}</source>
            <translation>Schreibnachweis geprüft: {result}</translation>
        </message>
        <message>
            <source>Authority</source>
            <translation>Zertifizierungsstelle</translation>
        </message>
        <message>
            <source>AVEVA MXAccess</source>
            <translation>AVEVA MXAccess</translation>
        </message>
        <message>
            <source>Axis</source>
            <translation>Achse</translation>
        </message>
        <message>
            <source>B − A</source>
            <translation>B − A</translation>
        </message>
        <message>
            <source>Back to live</source>
            <translation>Zurück zu Live</translation>
        </message>
        <message>
            <source>Back to live (End)</source>
            <translation>Zurück zu Live (Ende)</translation>
        </message>
        <message>
            <source>Backend</source>
            <translation>Treiber</translation>
        </message>
        <message>
            <source>Bad</source>
            <translation>Schlecht</translation>
        </message>
        <message>
            <source>bad</source>
            <translation>schlecht</translation>
        </message>
        <message>
            <source>bad or not live</source>
            <translation>schlecht oder nicht live</translation>
        </message>
        <message>
            <source>bad quality</source>
            <translation>schlechte Qualität</translation>
        </message>
        <message>
            <source>bad: communication failure</source>
            <translation>schlecht: Kommunikationsfehler</translation>
        </message>
        <message>
            <source>bad: configuration error</source>
            <translation>schlecht: Konfigurationsfehler</translation>
        </message>
        <message>
            <source>bad: device failure</source>
            <translation>schlecht: Gerätefehler</translation>
        </message>
        <message>
            <source>bad: last known value</source>
            <translation>schlecht: letzter bekannter Wert</translation>
        </message>
        <message>
            <source>bad: not connected</source>
            <translation>schlecht: nicht verbunden</translation>
        </message>
        <message>
            <source>bad: out of service</source>
            <translation>schlecht: außer Betrieb</translation>
        </message>
        <message>
            <source>bad: sensor failure</source>
            <translation>schlecht: Sensorfehler</translation>
        </message>
        <message>
            <source>bad: waiting for initial data</source>
            <translation>schlecht: erster Wert steht aus</translation>
        </message>
        <message>
            <source>bar</source>
            <translation>senkrechter Strich</translation>
        </message>
        <message>
            <source>Begin again at the end</source>
            <translation>Am Ende von vorn beginnen</translation>
        </message>
        <message>
            <source>begin again at the end</source>
            <translation>am Ende von vorn beginnen</translation>
        </message>
        <message>
            <source>Begin with the value that the tag has now</source>
            <translation>Mit dem Wert beginnen, den die Variable jetzt hat</translation>
        </message>
        <message>
            <source>Between the cursors</source>
            <translation>Zwischen den Cursors</translation>
        </message>
        <message>
            <source>Binary (whole numbers)</source>
            <translation>Binär (ganze Zahlen)</translation>
        </message>
        <message>
            <source>Bring the source back (Ctrl+Z)</source>
            <translation>Die Quelle zurückholen (Strg+Z)</translation>
        </message>
        <message>
            <source>Browse</source>
            <translation>Durchsuchen</translation>
        </message>
        <message>
            <source>Browse again</source>
            <translation>Erneut durchsuchen</translation>
        </message>
        <message>
            <source>Browse …</source>
            <translation>Durchsuchen …</translation>
        </message>
        <message>
            <source>browses nothing</source>
            <translation>durchsucht nichts</translation>
        </message>
        <message>
            <source>browses only {patterns}</source>
            <translation>durchsucht nur {patterns}</translation>
        </message>
        <message>
            <source>buffered data change</source>
            <translation>gepufferte Wertänderung</translation>
        </message>
        <message>
            <source>bulk</source>
            <translation>Sammel</translation>
        </message>
        <message>
            <source>Bulk write</source>
            <translation>Sammelschreiben</translation>
        </message>
        <message>
            <source>bulk write</source>
            <translation>Sammelschreiben</translation>
        </message>
        <message>
            <source>bulk write {run} of {count} values</source>
            <translation>Sammelschreiben {run} von {count} Werten</translation>
        </message>
        <message>
            <source>bulk write {run}: {words}</source>
            <translation>Sammelschreiben {run}: {words}</translation>
        </message>
        <message>
            <source>Bulk write …</source>
            <translation>Sammelschreiben …</translation>
        </message>
        <message>
            <source>by unit</source>
            <translation>nach Einheit</translation>
        </message>
        <message>
            <source>by {who}</source>
            <translation>von {who}</translation>
        </message>
        <message>
            <source>Calls a second</source>
            <translation>Aufrufe je Sekunde</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Cancel export ({rows})</source>
            <translation>Export abbrechen ({rows})</translation>
        </message>
        <message>
            <source>cancelled before it was sent</source>
            <translation>vor dem Senden abgebrochen</translation>
        </message>
        <message>
            <source>Cause</source>
            <translation>Ursache</translation>
        </message>
        <message>
            <source>change a comment</source>
            <translation>Kommentar ändern</translation>
        </message>
        <message>
            <source>change a computed row</source>
            <translation>berechnete Zeile ändern</translation>
        </message>
        <message>
            <source>change a number format</source>
            <translation>Zahlenformat ändern</translation>
        </message>
        <message>
            <source>Change …</source>
            <translation>Ändern …</translation>
        </message>
        <message>
            <source>Changed</source>
            <translation>Geändert</translation>
        </message>
        <message>
            <source>Changes</source>
            <translation>Wechsel</translation>
        </message>
        <message>
            <source>Changes of {name} were not saved when Tagwatch was closed ({time}).</source>
            <translation>Änderungen an {name} waren beim Beenden von Tagwatch nicht gespeichert ({time}).</translation>
        </message>
        <message>
            <source>chatters no more: {words}</source>
            <translation>flattert nicht mehr: {words}</translation>
        </message>
        <message>
            <source>chatters, told again when it is quiet: {words}</source>
            <translation>flattert, wird erst nach Beruhigung wieder gemeldet: {words}</translation>
        </message>
        <message>
            <source>choose</source>
            <translation>auswählen</translation>
        </message>
        <message>
            <source>Choose a file first.</source>
            <translation>Zuerst eine Datei wählen.</translation>
        </message>
        <message>
            <source>choose a new value first</source>
            <translation>zuerst einen neuen Wert wählen</translation>
        </message>
        <message>
            <source>Choose a row to see all of it.</source>
            <translation>Eine Zeile wählen, um alles von ihr zu sehen.</translation>
        </message>
        <message>
            <source>Choose a session first.</source>
            <translation>Zuerst eine Sitzung wählen.</translation>
        </message>
        <message>
            <source>Choose a session that is ready to find its tags.</source>
            <translation>Eine bereite Sitzung wählen, um ihre Variablen zu finden.</translation>
        </message>
        <message>
            <source>Choose a session that is ready to see its items.</source>
            <translation>Eine bereite Sitzung wählen, um ihre Variablen zu sehen.</translation>
        </message>
        <message>
            <source>Choose a tag in the items or in a watch list first.</source>
            <translation>Zuerst unter Variablen oder in einer Beobachtungsliste eine auswählen.</translation>
        </message>
        <message>
            <source>Choose failed ones</source>
            <translation>Fehlgeschlagene wählen</translation>
        </message>
        <message>
            <source>Choose items, or put tags into a watch list: their values are saved.</source>
            <translation>Variablen auswählen oder in eine Beobachtungsliste aufnehmen: deren Werte werden gesichert.</translation>
        </message>
        <message>
            <source>clamped</source>
            <translation>begrenzt</translation>
        </message>
        <message>
            <source>Class</source>
            <translation>Klasse</translation>
        </message>
        <message>
            <source>Clear</source>
            <translation>Leeren</translation>
        </message>
        <message>
            <source>Clear the filter</source>
            <translation>Filter leeren</translation>
        </message>
        <message>
            <source>Click into a table first.</source>
            <translation>Zuerst in eine Tabelle klicken.</translation>
        </message>
        <message>
            <source>client</source>
            <translation>Client</translation>
        </message>
        <message>
            <source>Clock</source>
            <translation>Uhr</translation>
        </message>
        <message>
            <source>clock</source>
            <translation>Uhr</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>Close (Ctrl+Z brings it back)</source>
            <translation>Schließen (Strg+Z holt zurück)</translation>
        </message>
        <message>
            <source>close a trend</source>
            <translation>Trend schließen</translation>
        </message>
        <message>
            <source>close sessions and end their workers</source>
            <translation>Sitzungen schließen und ihre Arbeitsprozesse beenden</translation>
        </message>
        <message>
            <source>Close the session of this replay</source>
            <translation>Die Sitzung dieser Wiedergabe schließen</translation>
        </message>
        <message>
            <source>Close {name}</source>
            <translation>{name} schließen</translation>
        </message>
        <message>
            <source>close “{name}”</source>
            <translation>„{name}“ schließen</translation>
        </message>
        <message>
            <source>closed</source>
            <translation>geschlossen</translation>
        </message>
        <message>
            <source>closing</source>
            <translation>wird geschlossen</translation>
        </message>
        <message>
            <source>Coalesced</source>
            <translation>Zusammengefasst</translation>
        </message>
        <message>
            <source>Colour</source>
            <translation>Farbe</translation>
        </message>
        <message>
            <source>Colour {number}</source>
            <translation>Farbe {number}</translation>
        </message>
        <message>
            <source>Column</source>
            <translation>Spalte</translation>
        </message>
        <message>
            <source>Columns of the watch list</source>
            <translation>Spalten der Beobachtungsliste</translation>
        </message>
        <message>
            <source>Columns that are tags</source>
            <translation>Spalten, die Variablen sind</translation>
        </message>
        <message>
            <source>comma</source>
            <translation>Komma</translation>
        </message>
        <message>
            <source>Comment</source>
            <translation>Kommentar</translation>
        </message>
        <message>
            <source>Comment above</source>
            <translation>Kommentar darüber</translation>
        </message>
        <message>
            <source>Comment, kept with what you do</source>
            <translation>Kommentar, wird mit der Handlung aufbewahrt</translation>
        </message>
        <message>
            <source>Comment: why; it is kept with the record of each write</source>
            <translation>Kommentar: Grund, wird je Auftrag aufbewahrt</translation>
        </message>
        <message>
            <source>Commissioning</source>
            <translation>Inbetriebnahme</translation>
        </message>
        <message>
            <source>communication error</source>
            <translation>Kommunikationsfehler</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>Vergleichen</translation>
        </message>
        <message>
            <source>Compared with {time}</source>
            <translation>Verglichen mit {time}</translation>
        </message>
        <message>
            <source>Computed row</source>
            <translation>Berechnete Zeile</translation>
        </message>
        <message>
            <source>Computed row …</source>
            <translation>Berechnete Zeile …</translation>
        </message>
        <message>
            <source>configuration error</source>
            <translation>Konfigurationsfehler</translation>
        </message>
        <message>
            <source>configure</source>
            <translation>Konfigurieren</translation>
        </message>
        <message>
            <source>confirmed</source>
            <translation>bestätigt</translation>
        </message>
        <message>
            <source>Connect</source>
            <translation>Verbinden</translation>
        </message>
        <message>
            <source>Connect, ask the source how it is, and close again</source>
            <translation>Verbinden, die Quelle nach ihrem Zustand fragen und wieder schließen</translation>
        </message>
        <message>
            <source>connecting to source</source>
            <translation>verbindet mit der Quelle</translation>
        </message>
        <message>
            <source>connecting …</source>
            <translation>verbindet …</translation>
        </message>
        <message>
            <source>Connection</source>
            <translation>Verbindung</translation>
        </message>
        <message>
            <source>Contrast</source>
            <translation>Kontrast</translation>
        </message>
        <message>
            <source>conversion not supported</source>
            <translation>Umwandlung nicht unterstützt</translation>
        </message>
        <message>
            <source>Copied to the clipboard.</source>
            <translation>In die Zwischenablage kopiert.</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <source>Copy a column of tags and a column of values in a spreadsheet, and paste them here (Ctrl+V).
A header is welcome; a column “session” too. F2 changes a value. Nothing is written before you have confirmed it.</source>
            <translation>In einer Tabelle eine Spalte mit Variablen und eine mit Werten kopieren und hier einfügen (Strg+V).
Eine Kopfzeile ist willkommen, eine Spalte „session“ ebenso. F2 ändert einen Wert. Geschrieben wird erst nach Bestätigung.</translation>
        </message>
        <message>
            <source>Copy address</source>
            <translation>Adresse kopieren</translation>
        </message>
        <message>
            <source>Copy details</source>
            <translation>Details kopieren</translation>
        </message>
        <message>
            <source>Copy image</source>
            <translation>Bild kopieren</translation>
        </message>
        <message>
            <source>Copy rows</source>
            <translation>Zeilen kopieren</translation>
        </message>
        <message>
            <source>Count</source>
            <translation>Anzahl</translation>
        </message>
        <message>
            <source>Count of alarms</source>
            <translation>Anzahl der Alarme</translation>
        </message>
        <message>
            <source>Count of notifications</source>
            <translation>Anzahl der Mitteilungen</translation>
        </message>
        <message>
            <source>Count of writes</source>
            <translation>Anzahl der Schreibaufträge</translation>
        </message>
        <message>
            <source>Create</source>
            <translation>Anlegen</translation>
        </message>
        <message>
            <source>Created</source>
            <translation>Angelegt</translation>
        </message>
        <message>
            <source>creating</source>
            <translation>wird angelegt</translation>
        </message>
        <message>
            <source>CSV or Parquet: a time and a column for each tag, or a row for each sample.</source>
            <translation>CSV oder Parquet: eine Zeit und eine Spalte je Variable oder eine Zeile je Messwert.</translation>
        </message>
        <message>
            <source>Cursor A here</source>
            <translation>Cursor A hierher</translation>
        </message>
        <message>
            <source>Cursor B here</source>
            <translation>Cursor B hierher</translation>
        </message>
        <message>
            <source>Cursor {name}</source>
            <translation>Cursor {name}</translation>
        </message>
        <message>
            <source>Cursor {name} ({key}); a click in the plot moves A, with Ctrl B</source>
            <translation>Cursor {name} ({key}); ein Klick in den Trend versetzt A, mit Strg B</translation>
        </message>
        <message>
            <source>damaged file of the recorder set aside</source>
            <translation>beschädigte Datei des Rekorders beiseitegelegt</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Dunkel</translation>
        </message>
        <message>
            <source>Dash-dotted line</source>
            <translation>Strichpunktlinie</translation>
        </message>
        <message>
            <source>data change</source>
            <translation>Wertänderung</translation>
        </message>
        <message>
            <source>data out of range</source>
            <translation>Wert außerhalb des Bereichs</translation>
        </message>
        <message>
            <source>day first (25.11.2026 15:00)</source>
            <translation>Tag zuerst (25.11.2026 15:00)</translation>
        </message>
        <message>
            <source>days of a spreadsheet</source>
            <translation>Tage einer Tabellenkalkulation</translation>
        </message>
        <message>
            <source>Days that values are kept</source>
            <translation>Tage, die Werte behalten werden</translation>
        </message>
        <message>
            <source>Deadband</source>
            <translation>Totband</translation>
        </message>
        <message>
            <source>Deadband of {alarm}</source>
            <translation>Totband von {alarm}</translation>
        </message>
        <message>
            <source>Decimal sign</source>
            <translation>Dezimalzeichen</translation>
        </message>
        <message>
            <source>Decimals</source>
            <translation>Nachkommastellen</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Löschen</translation>
        </message>
        <message>
            <source>Delete API key</source>
            <translation>API-Schlüssel löschen</translation>
        </message>
        <message>
            <source>Delete now what is older than</source>
            <translation>Jetzt löschen, was älter ist als</translation>
        </message>
        <message>
            <source>Delete old records</source>
            <translation>Alte Aufzeichnungen löschen</translation>
        </message>
        <message>
            <source>Delete the key “{name}”? Programs that use it are cut off. This cannot be undone; what was done to the key stays in the record.</source>
            <translation>Den Schlüssel „{name}“ löschen? Programme, die ihn verwenden, werden getrennt. Das kann nicht rückgängig gemacht werden; was mit dem Schlüssel geschah, bleibt im Protokoll.</translation>
        </message>
        <message>
            <source>Delete what is older</source>
            <translation>Löschen, was älter ist</translation>
        </message>
        <message numerus="yes">
            <source>Delete what was recorded more than {count} days ago? It cannot be brought back.</source>
            <translation>
                <numerusform>Löschen, was vor mehr als {count} Tag aufgezeichnet wurde? Es ist nicht wiederzubringen.</numerusform>
                <numerusform>Löschen, was vor mehr als {count} Tagen aufgezeichnet wurde? Es ist nicht wiederzubringen.</numerusform>
            </translation>
        </message>
        <message>
            <source>Delete …</source>
            <translation>Löschen …</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>Beschreibung</translation>
        </message>
        <message>
            <source>Detail</source>
            <translation>Detail</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>Details</translation>
        </message>
        <message>
            <source>Details of the event</source>
            <translation>Details des Ereignisses</translation>
        </message>
        <message>
            <source>Details …</source>
            <translation>Details …</translation>
        </message>
        <message>
            <source>Diagnostics</source>
            <translation>Diagnose</translation>
        </message>
        <message>
            <source>Difference</source>
            <translation>Abweichung</translation>
        </message>
        <message>
            <source>dimension does not exist</source>
            <translation>Dimension gibt es nicht</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>Verwerfen</translation>
        </message>
        <message>
            <source>disconnect</source>
            <translation>Trennung</translation>
        </message>
        <message>
            <source>Dismiss</source>
            <translation>Entfernen</translation>
        </message>
        <message>
            <source>Dismiss all</source>
            <translation>Alle entfernen</translation>
        </message>
        <message>
            <source>division by zero</source>
            <translation>Division durch null</translation>
        </message>
        <message>
            <source>Do not connect</source>
            <translation>Nicht verbinden</translation>
        </message>
        <message>
            <source>Dotted line</source>
            <translation>Punktlinie</translation>
        </message>
        <message>
            <source>Double-click an item to trend it · F2 writes it · Ctrl+Shift+O opens an OPC UA server</source>
            <translation>Doppelklick nimmt eine Variable in den Trend auf · F2 schreibt sie · Strg+Umschalt+O öffnet einen OPC-UA-Server</translation>
        </message>
        <message>
            <source>Drag tags here, or double-click an item to trend it.</source>
            <translation>Variablen hierher ziehen oder mit Doppelklick in den Trend aufnehmen.</translation>
        </message>
        <message>
            <source>Drag tags here, or paste names (Ctrl+V). “Add” has more.</source>
            <translation>Variablen hierher ziehen oder Namen einfügen (Strg+V). Mehr unter „Hinzufügen“.</translation>
        </message>
        <message>
            <source>drawn from {count} samples</source>
            <translation>aus {count} Messwerten gezeichnet</translation>
        </message>
        <message>
            <source>drawn from {count} samples, peaks kept</source>
            <translation>aus {count} Messwerten gezeichnet, Spitzen erhalten</translation>
        </message>
        <message>
            <source>Dropped</source>
            <translation>Verworfen</translation>
        </message>
        <message>
            <source>Duplicate</source>
            <translation>Duplizieren</translation>
        </message>
        <message>
            <source>duplicate a list</source>
            <translation>Liste duplizieren</translation>
        </message>
        <message>
            <source>Edit source …</source>
            <translation>Quelle bearbeiten …</translation>
        </message>
        <message>
            <source>Edit the note …</source>
            <translation>Notiz bearbeiten …</translation>
        </message>
        <message>
            <source>Edit {name}</source>
            <translation>{name} bearbeiten</translation>
        </message>
        <message>
            <source>Edit …</source>
            <translation>Bearbeiten …</translation>
        </message>
        <message>
            <source>editing</source>
            <translation>in Bearbeitung</translation>
        </message>
        <message>
            <source>encrypted, and the server's certificate is checked</source>
            <translation>verschlüsselt, und das Zertifikat des Servers wird geprüft</translation>
        </message>
        <message>
            <source>encrypted, with any certificate</source>
            <translation>verschlüsselt, mit jedem Zertifikat</translation>
        </message>
        <message>
            <source>End</source>
            <translation>Ende</translation>
        </message>
        <message>
            <source>End the key for good</source>
            <translation>Den Schlüssel endgültig sperren</translation>
        </message>
        <message>
            <source>End the worker of {session} at once? Its session is closed.</source>
            <translation>Arbeitsprozess von {session} sofort beenden? Die Sitzung wird dabei geschlossen.</translation>
        </message>
        <message>
            <source>Ends</source>
            <translation>Endet</translation>
        </message>
        <message>
            <source>engine communication error</source>
            <translation>Kommunikationsfehler der Engine</translation>
        </message>
        <message>
            <source>engine initializing</source>
            <translation>Engine läuft an</translation>
        </message>
        <message>
            <source>engine overloaded</source>
            <translation>Engine überlastet</translation>
        </message>
        <message>
            <source>Engineering</source>
            <translation>Technisch</translation>
        </message>
        <message>
            <source>error</source>
            <translation>Fehler</translation>
        </message>
        <message>
            <source>Event log</source>
            <translation>Ereignisprotokoll</translation>
        </message>
        <message>
            <source>event log exported</source>
            <translation>Ereignisprotokoll exportiert</translation>
        </message>
        <message>
            <source>event {number}</source>
            <translation>Ereignis {number}</translation>
        </message>
        <message>
            <source>Events</source>
            <translation>Ereignisse</translation>
        </message>
        <message>
            <source>Events a second of them</source>
            <translation>Davon Ereignisse je Sekunde</translation>
        </message>
        <message>
            <source>Events shown</source>
            <translation>Angezeigte Ereignisse</translation>
        </message>
        <message>
            <source>Events/s</source>
            <translation>Ereignisse/s</translation>
        </message>
        <message>
            <source>Every line with its result, as a table</source>
            <translation>Jede Zeile mit ihrem Ergebnis, als Tabelle</translation>
        </message>
        <message>
            <source>Everything as text, or the chosen rows</source>
            <translation>Alles als Text oder die gewählten Zeilen</translation>
        </message>
        <message>
            <source>everything, and whatever no other scope is for</source>
            <translation>alles, auch wofür kein anderer Bereich da ist</translation>
        </message>
        <message>
            <source>Excel (*.xlsx);;CSV (*.csv);;Parquet (*.parquet)</source>
            <translation>Excel (*.xlsx);;CSV (*.csv);;Parquet (*.parquet)</translation>
        </message>
        <message>
            <source>Excel (*.xlsx);;Zip (*.zip)</source>
            <translation>Excel (*.xlsx);;Zip (*.zip)</translation>
        </message>
        <message>
            <source>expired</source>
            <translation>abgelaufen</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exportieren</translation>
        </message>
        <message>
            <source>Export as a column each pen …</source>
            <translation>Export mit einer Spalte je Kurve …</translation>
        </message>
        <message>
            <source>Export as an incident</source>
            <translation>Als Vorfall exportieren</translation>
        </message>
        <message>
            <source>Export as an incident …</source>
            <translation>Als Vorfall exportieren …</translation>
        </message>
        <message>
            <source>Export samples …</source>
            <translation>Messwerte exportieren …</translation>
        </message>
        <message>
            <source>Export sources</source>
            <translation>Quellen exportieren</translation>
        </message>
        <message>
            <source>Export the alarms</source>
            <translation>Alarme exportieren</translation>
        </message>
        <message>
            <source>Export the audit store</source>
            <translation>Schreibnachweis exportieren</translation>
        </message>
        <message>
            <source>Export the event log</source>
            <translation>Ereignisprotokoll exportieren</translation>
        </message>
        <message>
            <source>Export the event log …</source>
            <translation>Ereignisprotokoll exportieren …</translation>
        </message>
        <message>
            <source>Export the table</source>
            <translation>Tabelle exportieren</translation>
        </message>
        <message>
            <source>Export the table …</source>
            <translation>Tabelle exportieren …</translation>
        </message>
        <message>
            <source>Export …</source>
            <translation>Exportieren …</translation>
        </message>
        <message>
            <source>Expression</source>
            <translation>Ausdruck</translation>
        </message>
        <message>
            <source>Extend lease</source>
            <translation>Frist verlängern</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>fehlgeschlagen</translation>
        </message>
        <message>
            <source>Fault</source>
            <translation>Störung</translation>
        </message>
        <message>
            <source>fault</source>
            <translation>Störung</translation>
        </message>
        <message>
            <source>faulted</source>
            <translation>gestört</translation>
        </message>
        <message>
            <source>File</source>
            <translation>Datei</translation>
        </message>
        <message>
            <source>file with certificates (PEM), for another computer</source>
            <translation>Datei mit Zertifikaten (PEM), für einen anderen Rechner</translation>
        </message>
        <message>
            <source>File with the tags</source>
            <translation>Datei mit den Variablen</translation>
        </message>
        <message>
            <source>File: choose the recording to play</source>
            <translation>Datei: die Aufzeichnung wählen, die abgespielt wird</translation>
        </message>
        <message>
            <source>Filter</source>
            <translation>Filter</translation>
        </message>
        <message>
            <source>Filter of the list</source>
            <translation>Filter der Liste</translation>
        </message>
        <message>
            <source>Filter {column} …</source>
            <translation>{column} filtern …</translation>
        </message>
        <message>
            <source>Filter: hides rows, chooses none</source>
            <translation>Filter: blendet Zeilen aus, wählt keine</translation>
        </message>
        <message>
            <source>Filter: part of a name</source>
            <translation>Filter: Namensteil</translation>
        </message>
        <message>
            <source>Filter: text, * and ?</source>
            <translation>Filter: Text, * und ?</translation>
        </message>
        <message>
            <source>Find</source>
            <translation>Suchen</translation>
        </message>
        <message>
            <source>Find in the diagnostics</source>
            <translation>In der Diagnose suchen</translation>
        </message>
        <message>
            <source>Find in the event log</source>
            <translation>Im Ereignisprotokoll suchen</translation>
        </message>
        <message>
            <source>Find in the help</source>
            <translation>In der Hilfe suchen</translation>
        </message>
        <message>
            <source>Find tags</source>
            <translation>Variablen suchen</translation>
        </message>
        <message>
            <source>Find tags: name, path, description, * and ?</source>
            <translation>Variablen suchen: Name, Pfad, Beschreibung, * und ?</translation>
        </message>
        <message>
            <source>First</source>
            <translation>Zuerst</translation>
        </message>
        <message>
            <source>Follow the newest events again (End)</source>
            <translation>Den neuesten Ereignissen wieder folgen (Ende)</translation>
        </message>
        <message>
            <source>Follow the newest values and events again (End)</source>
            <translation>Den neuesten Werten und Ereignissen wieder folgen (Ende)</translation>
        </message>
        <message numerus="yes">
            <source>For {count} days</source>
            <translation>
                <numerusform>{count} Tag lang</numerusform>
                <numerusform>{count} Tage lang</numerusform>
            </translation>
        </message>
        <message>
            <source>form</source>
            <translation>Formular</translation>
        </message>
        <message>
            <source>free access</source>
            <translation>freier Zugriff</translation>
        </message>
        <message>
            <source>From</source>
            <translation>Von</translation>
        </message>
        <message>
            <source>from the recorder and the source's own history before {time}, from memory since</source>
            <translation>vor {time} aus dem Rekorder und der Historie der Quelle, seither aus dem Speicher</translation>
        </message>
        <message>
            <source>from the recorder before {time}, from memory since</source>
            <translation>vor {time} aus dem Rekorder, seither aus dem Speicher</translation>
        </message>
        <message>
            <source>Full screen</source>
            <translation>Vollbild</translation>
        </message>
        <message>
            <source>Galaxy</source>
            <translation>Galaxy</translation>
        </message>
        <message>
            <source>Galaxy Repository busy</source>
            <translation>Galaxy Repository belegt</translation>
        </message>
        <message>
            <source>Galaxy's server</source>
            <translation>Server der Galaxy</translation>
        </message>
        <message>
            <source>Galaxy's server: tags are browsed from a file or from a Galaxy, not from both</source>
            <translation>Server der Galaxy: Variablen kommen aus einer Datei oder aus einer Galaxy, nicht aus beiden</translation>
        </message>
        <message>
            <source>Galaxy: type its name, which its database has, too</source>
            <translation>Galaxy: ihren Namen eingeben; so heißt auch ihre Datenbank</translation>
        </message>
        <message>
            <source>gap</source>
            <translation>Lücke</translation>
        </message>
        <message>
            <source>Gaps</source>
            <translation>Lücken</translation>
        </message>
        <message>
            <source>Give the key a new secret; the old one opens nothing from then on</source>
            <translation>Dem Schlüssel ein neues Geheimnis geben; das alte öffnet von da an nichts mehr</translation>
        </message>
        <message>
            <source>Give the key “{name}” a new secret? Programs that use the old one get in no more from now on.</source>
            <translation>Dem Schlüssel „{name}“ ein neues Geheimnis geben? Programme mit dem alten kommen von jetzt an nicht mehr hinein.</translation>
        </message>
        <message>
            <source>good</source>
            <translation>gut</translation>
        </message>
        <message>
            <source>good: local override</source>
            <translation>gut: örtliche Übersteuerung</translation>
        </message>
        <message>
            <source>Held</source>
            <translation>Vorhanden</translation>
        </message>
        <message>
            <source>Help</source>
            <translation>Hilfe</translation>
        </message>
        <message>
            <source>Help text</source>
            <translation>Hilfetext</translation>
        </message>
        <message>
            <source>Hexadecimal (whole numbers)</source>
            <translation>Hexadezimal (ganze Zahlen)</translation>
        </message>
        <message>
            <source>high</source>
            <translation>hoch</translation>
        </message>
        <message>
            <source>Highest class of tags that it may write</source>
            <translation>Höchste Klasse von Variablen, die er schreiben darf</translation>
        </message>
        <message>
            <source>history, event journal and record of writes</source>
            <translation>Verlauf, Ereignisjournal und Schreibprotokoll</translation>
        </message>
        <message>
            <source>hours:minutes:seconds</source>
            <translation>Stunden:Minuten:Sekunden</translation>
        </message>
        <message>
            <source>How much quicker than it was</source>
            <translation>Wie viel schneller als in Wirklichkeit</translation>
        </message>
        <message>
            <source>Images (*.png)</source>
            <translation>Bilder (*.png)</translation>
        </message>
        <message>
            <source>Import sources</source>
            <translation>Quellen importieren</translation>
        </message>
        <message>
            <source>Import …</source>
            <translation>Importieren …</translation>
        </message>
        <message>
            <source>incident exported</source>
            <translation>Vorfall exportiert</translation>
        </message>
        <message>
            <source>incorrect data type</source>
            <translation>falscher Datentyp</translation>
        </message>
        <message>
            <source>index out of order</source>
            <translation>Index nicht in der Reihe</translation>
        </message>
        <message>
            <source>index out of range</source>
            <translation>Index außerhalb des Bereichs</translation>
        </message>
        <message>
            <source>info</source>
            <translation>Info</translation>
        </message>
        <message>
            <source>invalid attribute id</source>
            <translation>ungültige Kennung des Attributs</translation>
        </message>
        <message>
            <source>invalid engine id</source>
            <translation>ungültige Kennung der Engine</translation>
        </message>
        <message>
            <source>invalid index</source>
            <translation>ungültiger Index</translation>
        </message>
        <message>
            <source>invalid object id</source>
            <translation>ungültige Kennung des Objekts</translation>
        </message>
        <message>
            <source>invalid platform id</source>
            <translation>ungültige Kennung der Plattform</translation>
        </message>
        <message>
            <source>invalid primitive id</source>
            <translation>ungültige Kennung des Primitivs</translation>
        </message>
        <message>
            <source>invalid property id</source>
            <translation>ungültige Kennung der Eigenschaft</translation>
        </message>
        <message>
            <source>invalid reference</source>
            <translation>ungültiger Verweis</translation>
        </message>
        <message>
            <source>is</source>
            <translation>ist</translation>
        </message>
        <message>
            <source>Issued by</source>
            <translation>Ausgestellt von</translation>
        </message>
        <message>
            <source>Issued to</source>
            <translation>Ausgestellt für</translation>
        </message>
        <message>
            <source>it cannot be read ({reason})</source>
            <translation>sie kann nicht gelesen werden ({reason})</translation>
        </message>
        <message>
            <source>it changes by more than {share} of {span}</source>
            <translation>der Sprung beträgt mehr als {share} des {span}</translation>
        </message>
        <message>
            <source>it has changed from {old} to {new} meanwhile</source>
            <translation>der Wert ist inzwischen von {old} auf {new} gewechselt</translation>
        </message>
        <message>
            <source>it has this value already</source>
            <translation>hat diesen Wert bereits</translation>
        </message>
        <message>
            <source>it is nested more than {count} levels deep</source>
            <translation>es ist tiefer als {count} Ebenen verschachtelt</translation>
        </message>
        <message>
            <source>It may</source>
            <translation>Er darf</translation>
        </message>
        <message>
            <source>Item</source>
            <translation>Variable</translation>
        </message>
        <message>
            <source>item {item} of server handle {server}, {advised}</source>
            <translation>Variable {item} der Serverkennung {server}, {advised}</translation>
        </message>
        <message>
            <source>Items</source>
            <translation>Variablen</translation>
        </message>
        <message>
            <source>Its end could not be recorded: {reason}</source>
            <translation>Das Ende konnte nicht aufgezeichnet werden: {reason}</translation>
        </message>
        <message>
            <source>Its name</source>
            <translation>Ihr Name</translation>
        </message>
        <message>
            <source>its name</source>
            <translation>ihr Name</translation>
        </message>
        <message>
            <source>Its name: type the name of the source or session there</source>
            <translation>Ihr Name: den Namen der Quelle oder Sitzung dort angeben</translation>
        </message>
        <message>
            <source>Journal</source>
            <translation>Journal</translation>
        </message>
        <message>
            <source>Journal of events</source>
            <translation>Journal der Ereignisse</translation>
        </message>
        <message>
            <source>Journal — reading</source>
            <translation>Journal — wird gelesen</translation>
        </message>
        <message>
            <source>Journal — reading, back to {time}</source>
            <translation>Journal — wird gelesen, bis {time} zurück</translation>
        </message>
        <message numerus="yes">
            <source>Journal — {count} rows since {time}; scroll up for older ones</source>
            <translation>
                <numerusform>Journal — {count} Zeile seit {time}; nach oben rollen für ältere</numerusform>
                <numerusform>Journal — {count} Zeilen seit {time}; nach oben rollen für ältere</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Journal — {count} rows, all there is</source>
            <translation>
                <numerusform>Journal — {count} Zeile, alles Vorhandene</numerusform>
                <numerusform>Journal — {count} Zeilen, alle vorhandenen</numerusform>
            </translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Behalten</translation>
        </message>
        <message>
            <source>Keep at most</source>
            <translation>Höchstens behalten</translation>
        </message>
        <message>
            <source>Keep for</source>
            <translation>Behalten für</translation>
        </message>
        <message>
            <source>keep it in the keyring of this computer</source>
            <translation>im Schlüsselbund dieses Rechners aufbewahren</translation>
        </message>
        <message>
            <source>keep the key in the keyring of this computer</source>
            <translation>den Schlüssel im Schlüsselbund dieses Rechners aufbewahren</translation>
        </message>
        <message>
            <source>keep the password in the keyring of this computer</source>
            <translation>Passwort im Schlüsselbund dieses Rechners aufbewahren</translation>
        </message>
        <message>
            <source>kept open</source>
            <translation>unbefristet</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>Schlüssel</translation>
        </message>
        <message>
            <source>Key: it looks like tw_…_…; paste the whole of it</source>
            <translation>Schlüssel: er sieht aus wie tw_…_…; ganz einfügen</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Tasten</translation>
        </message>
        <message>
            <source>Key’s id</source>
            <translation>Kennung des Schlüssels</translation>
        </message>
        <message>
            <source>Kill worker</source>
            <translation>Arbeitsprozess beenden</translation>
        </message>
        <message>
            <source>Kill worker …</source>
            <translation>Arbeitsprozess beenden …</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>Art</translation>
        </message>
        <message>
            <source>Known</source>
            <translation>Bekannt</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>Sprache</translation>
        </message>
        <message>
            <source>Last</source>
            <translation>Zuletzt</translation>
        </message>
        <message>
            <source>Last 24 hours</source>
            <translation>Letzte 24 Stunden</translation>
        </message>
        <message>
            <source>Last 30 days</source>
            <translation>Letzte 30 Tage</translation>
        </message>
        <message>
            <source>Last 7 days</source>
            <translation>Letzte 7 Tage</translation>
        </message>
        <message>
            <source>Last fault</source>
            <translation>Letzte Störung</translation>
        </message>
        <message>
            <source>Last hour</source>
            <translation>Letzte Stunde</translation>
        </message>
        <message>
            <source>Last used</source>
            <translation>Zuletzt benutzt</translation>
        </message>
        <message>
            <source>Last year</source>
            <translation>Letztes Jahr</translation>
        </message>
        <message>
            <source>Layout</source>
            <translation>Anordnung</translation>
        </message>
        <message>
            <source>Lease</source>
            <translation>Frist</translation>
        </message>
        <message>
            <source>left out: {reason}</source>
            <translation>ausgelassen: {reason}</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Hell</translation>
        </message>
        <message>
            <source>Limit</source>
            <translation>Grenze</translation>
        </message>
        <message>
            <source>Limit of {alarm}</source>
            <translation>Grenze von {alarm}</translation>
        </message>
        <message>
            <source>Limited to</source>
            <translation>Begrenzt auf</translation>
        </message>
        <message>
            <source>Limits</source>
            <translation>Grenzen</translation>
        </message>
        <message>
            <source>Line</source>
            <translation>Linie</translation>
        </message>
        <message>
            <source>Line and points</source>
            <translation>Linie mit Punkten</translation>
        </message>
        <message>
            <source>line {number} has no tag</source>
            <translation>in Zeile {number} fehlt die Variable</translation>
        </message>
        <message>
            <source>Link</source>
            <translation>Verknüpfen</translation>
        </message>
        <message>
            <source>list sources and sessions, browse name spaces, properties of tags</source>
            <translation>Quellen und Sitzungen auflisten, durchsuchen, Eigenschaften lesen</translation>
        </message>
        <message>
            <source>List {number}</source>
            <translation>Liste {number}</translation>
        </message>
        <message>
            <source>lists and trends find it by this</source>
            <translation>Listen und Trends finden sie unter diesem Namen</translation>
        </message>
        <message>
            <source>Live</source>
            <translation>Live</translation>
        </message>
        <message>
            <source>Live value</source>
            <translation>Aktueller Wert</translation>
        </message>
        <message>
            <source>LMX invalid command</source>
            <translation>LMX: ungültiger Befehl</translation>
        </message>
        <message>
            <source>LMX version mismatch</source>
            <translation>LMX: Version passt nicht</translation>
        </message>
        <message>
            <source>loading the past: {done} of {count} pens</source>
            <translation>Vergangenheit wird geladen: {done} von {count} Kurven</translation>
        </message>
        <message>
            <source>local</source>
            <translation>örtlich</translation>
        </message>
        <message>
            <source>local, utc or an offset like +02:00</source>
            <translation>local, utc oder ein Abstand wie +02:00</translation>
        </message>
        <message>
            <source>Lock panes</source>
            <translation>Fensterteile verriegeln</translation>
        </message>
        <message>
            <source>log users in, secured and verified writes</source>
            <translation>Benutzer anmelden, gesichertes und bestätigtes Schreiben</translation>
        </message>
        <message>
            <source>Login</source>
            <translation>Anmeldung</translation>
        </message>
        <message>
            <source>Longest stall</source>
            <translation>Längste Blockade</translation>
        </message>
        <message>
            <source>longest stall of each second in the last {minutes} minutes, at most {worst} ms</source>
            <translation>längste Blockade jeder Sekunde in den letzten {minutes} Minuten, höchstens {worst} ms</translation>
        </message>
        <message>
            <source>Look for a newer version</source>
            <translation>Nach einer neueren Version suchen</translation>
        </message>
        <message>
            <source>looking at the file …</source>
            <translation>Datei wird angesehen …</translation>
        </message>
        <message>
            <source>Looking for a newer version…</source>
            <translation>Suche nach einer neueren Version…</translation>
        </message>
        <message>
            <source>looking …</source>
            <translation>sucht …</translation>
        </message>
        <message>
            <source>Loop</source>
            <translation>Schleife</translation>
        </message>
        <message>
            <source>Lost</source>
            <translation>Verlust</translation>
        </message>
        <message>
            <source>low</source>
            <translation>niedrig</translation>
        </message>
        <message>
            <source>Low flow is no alarm while the pump stands: no alarm of this tag is told then</source>
            <translation>Schwacher Durchfluss ist kein Alarm, solange die Pumpe steht: dann wird kein Alarm dieser Variablen gemeldet</translation>
        </message>
        <message>
            <source>Made of {tags}</source>
            <translation>Gebildet aus {tags}</translation>
        </message>
        <message>
            <source>Make read-only</source>
            <translation>Nur Lesen</translation>
        </message>
        <message>
            <source>Max</source>
            <translation>Max</translation>
        </message>
        <message>
            <source>Mean</source>
            <translation>Mittel</translation>
        </message>
        <message>
            <source>medium</source>
            <translation>mittel</translation>
        </message>
        <message>
            <source>Message</source>
            <translation>Meldung</translation>
        </message>
        <message>
            <source>microseconds since 1970</source>
            <translation>Mikrosekunden seit 1970</translation>
        </message>
        <message>
            <source>milliseconds since 1970</source>
            <translation>Millisekunden seit 1970</translation>
        </message>
        <message>
            <source>Min</source>
            <translation>Min</translation>
        </message>
        <message>
            <source>Monitoring</source>
            <translation>Überwachung</translation>
        </message>
        <message>
            <source>month first (11/25/2026 3:00 PM)</source>
            <translation>Monat zuerst (11/25/2026 3:00 PM)</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Mehr</translation>
        </message>
        <message>
            <source>Move above</source>
            <translation>Darüber einordnen</translation>
        </message>
        <message>
            <source>Move below</source>
            <translation>Darunter einordnen</translation>
        </message>
        <message>
            <source>move rows</source>
            <translation>Zeilen verschieben</translation>
        </message>
        <message>
            <source>Move, zoom and place cursors together with the other linked trends</source>
            <translation>Gemeinsam mit den anderen verknüpften Trends verschieben, vergrößern und Cursor setzen</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>Name of the key</source>
            <translation>Name des Schlüssels</translation>
        </message>
        <message>
            <source>Name space</source>
            <translation>Namensraum</translation>
        </message>
        <message>
            <source>Names</source>
            <translation>Namen</translation>
        </message>
        <message>
            <source>Names of the trends</source>
            <translation>Namen der Trends</translation>
        </message>
        <message>
            <source>Names of the watch lists</source>
            <translation>Namen der Beobachtungslisten</translation>
        </message>
        <message>
            <source>nanoseconds since 1970</source>
            <translation>Nanosekunden seit 1970</translation>
        </message>
        <message>
            <source>never</source>
            <translation>nie</translation>
        </message>
        <message>
            <source>never; or 90d, 2027-01-31T12:00Z</source>
            <translation>nie; oder 90d, 2027-01-31T12:00Z</translation>
        </message>
        <message>
            <source>New API key</source>
            <translation>Neuer API-Schlüssel</translation>
        </message>
        <message>
            <source>New list</source>
            <translation>Neue Liste</translation>
        </message>
        <message>
            <source>new list</source>
            <translation>neue Liste</translation>
        </message>
        <message>
            <source>New secret</source>
            <translation>Neues Geheimnis</translation>
        </message>
        <message>
            <source>New secret …</source>
            <translation>Neues Geheimnis …</translation>
        </message>
        <message>
            <source>New source</source>
            <translation>Neue Quelle</translation>
        </message>
        <message>
            <source>New trend</source>
            <translation>Neuer Trend</translation>
        </message>
        <message>
            <source>New value</source>
            <translation>Neuer Wert</translation>
        </message>
        <message>
            <source>New workspace</source>
            <translation>Neuer Arbeitsbereich</translation>
        </message>
        <message>
            <source>New …</source>
            <translation>Neu …</translation>
        </message>
        <message>
            <source>Newer version</source>
            <translation>Neuere Version</translation>
        </message>
        <message>
            <source>Next attempt</source>
            <translation>Nächster Versuch</translation>
        </message>
        <message>
            <source>Next pane</source>
            <translation>Nächster Fensterteil</translation>
        </message>
        <message>
            <source>NMX invalid command</source>
            <translation>NMX: ungültiger Befehl</translation>
        </message>
        <message>
            <source>NMX version mismatch</source>
            <translation>NMX: Version passt nicht</translation>
        </message>
        <message>
            <source>no</source>
            <translation>nein</translation>
        </message>
        <message>
            <source>no alarm-acknowledge privilege</source>
            <translation>kein Recht zum Quittieren</translation>
        </message>
        <message>
            <source>No alarm. Limits are set with “Alarm limits …” in the menu of a tag.</source>
            <translation>Kein Alarm. Grenzen werden im Menü einer Variablen unter „Alarmgrenzen …“ gesetzt.</translation>
        </message>
        <message>
            <source>no alarms</source>
            <translation>keine Alarme</translation>
        </message>
        <message>
            <source>no answer</source>
            <translation>keine Rückmeldung</translation>
        </message>
        <message>
            <source>no answer recorded</source>
            <translation>keine Rückmeldung aufgezeichnet</translation>
        </message>
        <message>
            <source>No answer{reason}: the value may have changed. Look at it before writing again.</source>
            <translation>Keine Rückmeldung{reason}: der Wert kann sich geändert haben. Vor erneutem Schreiben prüfen.</translation>
        </message>
        <message>
            <source>No comparison</source>
            <translation>Kein Vergleich</translation>
        </message>
        <message>
            <source>No file has only values that are older than that.</source>
            <translation>Keine Datei hat nur Werte, die älter sind.</translation>
        </message>
        <message>
            <source>No further mark in this direction.</source>
            <translation>Keine weitere Marke in dieser Richtung.</translation>
        </message>
        <message>
            <source>no Galaxy Repository</source>
            <translation>kein Galaxy Repository</translation>
        </message>
        <message>
            <source>no limit</source>
            <translation>ohne Grenze</translation>
        </message>
        <message>
            <source>No limit of its own</source>
            <translation>Keine eigene Grenze</translation>
        </message>
        <message>
            <source>no news</source>
            <translation>keine neuen Werte</translation>
        </message>
        <message>
            <source>no news for {seconds} s</source>
            <translation>keine neuen Werte seit {seconds} s</translation>
        </message>
        <message>
            <source>No pens yet.</source>
            <translation>Noch keine Kurven.</translation>
        </message>
        <message>
            <source>no reason was given</source>
            <translation>ohne Angabe eines Grundes</translation>
        </message>
        <message>
            <source>no session</source>
            <translation>ohne Sitzung</translation>
        </message>
        <message>
            <source>No session is open. The File menu opens one.</source>
            <translation>Keine Sitzung ist offen. Das Menü „Datei“ öffnet eine.</translation>
        </message>
        <message>
            <source>no source</source>
            <translation>keine Quelle</translation>
        </message>
        <message>
            <source>No source is saved in this workspace. New … makes one.</source>
            <translation>In diesem Arbeitsbereich ist keine Quelle gespeichert. „Neu …“ legt eine an.</translation>
        </message>
        <message>
            <source>No source of this workspace is named by {tags}; there are {names}.</source>
            <translation>{tags} nennt keine Quelle dieses Arbeitsbereichs; es gibt {names}.</translation>
        </message>
        <message>
            <source>no source time</source>
            <translation>keine Quellzeit</translation>
        </message>
        <message>
            <source>no source, was {quality}</source>
            <translation>keine Quelle, war {quality}</translation>
        </message>
        <message>
            <source>No tag has these words.</source>
            <translation>Keine Variable enthält diese Wörter.</translation>
        </message>
        <message>
            <source>no time</source>
            <translation>keine Zeit</translation>
        </message>
        <message>
            <source>no unit</source>
            <translation>keine Einheit</translation>
        </message>
        <message>
            <source>no value</source>
            <translation>kein Wert</translation>
        </message>
        <message>
            <source>no value of this tag has come yet</source>
            <translation>von dieser Variablen ist noch kein Wert gekommen</translation>
        </message>
        <message>
            <source>no value of {names}</source>
            <translation>kein Wert von {names}</translation>
        </message>
        <message>
            <source>no value yet</source>
            <translation>noch kein Wert</translation>
        </message>
        <message>
            <source>no worker</source>
            <translation>kein Arbeitsprozess</translation>
        </message>
        <message>
            <source>No write passes the filter. Esc shows all.</source>
            <translation>Kein Schreibauftrag passt zum Filter. Esc zeigt alle.</translation>
        </message>
        <message>
            <source>No.</source>
            <translation>Nr.</translation>
        </message>
        <message>
            <source>nobody waited for the answer</source>
            <translation>niemand wartete auf die Rückmeldung</translation>
        </message>
        <message>
            <source>nobody waited for the answer to this write: the value may have changed</source>
            <translation>niemand wartete auf die Rückmeldung: der Wert kann sich geändert haben</translation>
        </message>
        <message>
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <source>none has come yet</source>
            <translation>noch keiner gekommen</translation>
        </message>
        <message>
            <source>none is planned</source>
            <translation>keiner geplant</translation>
        </message>
        <message>
            <source>None of these tags has a value.</source>
            <translation>Keine dieser Variablen hat einen Wert.</translation>
        </message>
        <message>
            <source>none within {seconds} s</source>
            <translation>keine innerhalb von {seconds} s</translation>
        </message>
        <message>
            <source>None: nothing is signed or encrypted, and the server is not known for sure</source>
            <translation>Keine: nichts wird signiert oder verschlüsselt, und der Server ist nicht sicher bekannt</translation>
        </message>
        <message>
            <source>normal</source>
            <translation>normal</translation>
        </message>
        <message>
            <source>not a number</source>
            <translation>keine Zahl</translation>
        </message>
        <message>
            <source>Not at all</source>
            <translation>Gar nicht</translation>
        </message>
        <message>
            <source>not chosen</source>
            <translation>nicht gewählt</translation>
        </message>
        <message>
            <source>Not connected.</source>
            <translation>Nicht verbunden.</translation>
        </message>
        <message>
            <source>Not connected: the server's certificate is not trusted.</source>
            <translation>Nicht verbunden: dem Zertifikat des Servers wird nicht vertraut.</translation>
        </message>
        <message>
            <source>not defined for these values</source>
            <translation>für diese Werte nicht definiert</translation>
        </message>
        <message>
            <source>not encrypted</source>
            <translation>nicht verschlüsselt</translation>
        </message>
        <message>
            <source>not found</source>
            <translation>nicht gefunden</translation>
        </message>
        <message>
            <source>Not held</source>
            <translation>Nicht vorhanden</translation>
        </message>
        <message>
            <source>not in it</source>
            <translation>nicht enthalten</translation>
        </message>
        <message>
            <source>not live, was {quality}</source>
            <translation>nicht live, war {quality}</translation>
        </message>
        <message>
            <source>not open</source>
            <translation>nicht offen</translation>
        </message>
        <message>
            <source>not readable</source>
            <translation>nicht lesbar</translation>
        </message>
        <message>
            <source>not recording: another Tagwatch does</source>
            <translation>zeichnet nicht auf: ein anderes Tagwatch tut es</translation>
        </message>
        <message>
            <source>not recording: no room on the disk</source>
            <translation>zeichnet nicht auf: kein Platz auf dem Datenträger</translation>
        </message>
        <message>
            <source>not recording: the folder cannot be written</source>
            <translation>zeichnet nicht auf: der Ordner ist nicht beschreibbar</translation>
        </message>
        <message>
            <source>not registered</source>
            <translation>nicht angemeldet</translation>
        </message>
        <message>
            <source>not sent</source>
            <translation>nicht gesendet</translation>
        </message>
        <message>
            <source>not subscribed</source>
            <translation>nicht abonniert</translation>
        </message>
        <message>
            <source>not suppressed any more: {words}</source>
            <translation>nicht mehr unterdrückt: {words}</translation>
        </message>
        <message>
            <source>Not tested.</source>
            <translation>Nicht geprüft.</translation>
        </message>
        <message>
            <source>not watched</source>
            <translation>nicht beobachtet</translation>
        </message>
        <message>
            <source>Not writable: {reason}.</source>
            <translation>Nicht schreibbar: {reason}.</translation>
        </message>
        <message>
            <source>not writeable</source>
            <translation>nicht schreibbar</translation>
        </message>
        <message>
            <source>not written: {reason}</source>
            <translation>nicht geschrieben: {reason}</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>Notiz</translation>
        </message>
        <message>
            <source>note</source>
            <translation>Notiz</translation>
        </message>
        <message>
            <source>Note at A …</source>
            <translation>Notiz bei A …</translation>
        </message>
        <message>
            <source>Note here …</source>
            <translation>Notiz hier …</translation>
        </message>
        <message>
            <source>note removed: {text}</source>
            <translation>Notiz entfernt: {text}</translation>
        </message>
        <message>
            <source>Note …</source>
            <translation>Notiz …</translation>
        </message>
        <message>
            <source>Nothing found so far …</source>
            <translation>Bisher nichts gefunden …</translation>
        </message>
        <message>
            <source>Nothing has been written yet. Every write by hand is recorded here before it is sent.</source>
            <translation>Noch nichts geschrieben. Jeder Schreibauftrag von Hand wird hier aufgezeichnet, bevor er gesendet wird.</translation>
        </message>
        <message>
            <source>Nothing has happened yet.</source>
            <translation>Noch ist nichts geschehen.</translation>
        </message>
        <message>
            <source>Nothing has this name.</source>
            <translation>Nichts heißt so.</translation>
        </message>
        <message>
            <source>Nothing in the journal passes the filter. Esc shows all.</source>
            <translation>Nichts im Journal passt zum Filter. Esc zeigt alles.</translation>
        </message>
        <message>
            <source>nothing lost</source>
            <translation>nichts verloren</translation>
        </message>
        <message>
            <source>Nothing passes the filter. Esc shows all.</source>
            <translation>Nichts passt zum Filter. Esc zeigt alle.</translation>
        </message>
        <message>
            <source>Nothing to tell. What goes wrong in the background stands here, each thing once, with a count.</source>
            <translation>Nichts zu melden. Was im Hintergrund misslingt, steht hier, jedes einmal, mit seiner Anzahl.</translation>
        </message>
        <message>
            <source>Nothing was added: a list holds {most} rows at the most.</source>
            <translation>Nichts hinzugefügt: eine Liste fasst höchstens {most} Zeilen.</translation>
        </message>
        <message>
            <source>Nothing was added: open a source first, or write its name before the tag (Plant:Tank).</source>
            <translation>Nichts hinzugefügt: zuerst eine Quelle öffnen oder ihren Namen vor die Variable schreiben (Plant:Tank).</translation>
        </message>
        <message>
            <source>Nothing was pasted: {problem}</source>
            <translation>Nichts eingefügt: {problem}</translation>
        </message>
        <message>
            <source>nothing was sent</source>
            <translation>nichts wurde gesendet</translation>
        </message>
        <message>
            <source>nothing yet</source>
            <translation>noch nichts</translation>
        </message>
        <message>
            <source>Notification</source>
            <translation>Mitteilung</translation>
        </message>
        <message>
            <source>Notifications</source>
            <translation>Mitteilungen</translation>
        </message>
        <message>
            <source>Notifications: {count}</source>
            <translation>Mitteilungen: {count}</translation>
        </message>
        <message>
            <source>now {value}, {quality}</source>
            <translation>jetzt {value}, {quality}</translation>
        </message>
        <message>
            <source>Number format</source>
            <translation>Zahlenformat</translation>
        </message>
        <message>
            <source>object initializing</source>
            <translation>Objekt läuft an</translation>
        </message>
        <message>
            <source>object signature mismatch</source>
            <translation>Signatur des Objekts passt nicht</translation>
        </message>
        <message>
            <source>object specific</source>
            <translation>objektspezifisch</translation>
        </message>
        <message>
            <source>Of tags that have no “source:” before their names</source>
            <translation>Für Variablen, vor deren Namen keine „Quelle:“ steht</translation>
        </message>
        <message>
            <source>Of the old value</source>
            <translation>Des alten Werts</translation>
        </message>
        <message>
            <source>of the SQL Server, or domain\name; empty: this Windows account</source>
            <translation>am SQL Server, oder Domäne\Name; leer: dieses Windows-Konto</translation>
        </message>
        <message>
            <source>Of these, tags that it may write</source>
            <translation>Davon Variablen, die er schreiben darf</translation>
        </message>
        <message>
            <source>Of times that do not say theirs: UTC, Europe/Berlin …</source>
            <translation>Für Zeiten ohne eigene Angabe: UTC, Europe/Berlin …</translation>
        </message>
        <message>
            <source>off</source>
            <translation>aus</translation>
        </message>
        <message>
            <source>Off delay</source>
            <translation>Ausschaltverzögerung</translation>
        </message>
        <message>
            <source>Off delay of {alarm}</source>
            <translation>Ausschaltverzögerung von {alarm}</translation>
        </message>
        <message>
            <source>Off delay, s</source>
            <translation>Ausschaltverz., s</translation>
        </message>
        <message>
            <source>Offer the API</source>
            <translation>API anbieten</translation>
        </message>
        <message>
            <source>Offer the API to other programs</source>
            <translation>API für andere Programme anbieten</translation>
        </message>
        <message>
            <source>OK</source>
            <translation>OK</translation>
        </message>
        <message>
            <source>ok</source>
            <translation>ok</translation>
        </message>
        <message>
            <source>Old quality</source>
            <translation>Alte Qualität</translation>
        </message>
        <message>
            <source>old records deleted</source>
            <translation>alte Aufzeichnungen gelöscht</translation>
        </message>
        <message>
            <source>Old value</source>
            <translation>Alter Wert</translation>
        </message>
        <message>
            <source>On delay</source>
            <translation>Einschaltverzögerung</translation>
        </message>
        <message>
            <source>On delay of {alarm}</source>
            <translation>Einschaltverzögerung von {alarm}</translation>
        </message>
        <message>
            <source>On delay, s</source>
            <translation>Einschaltverz., s</translation>
        </message>
        <message>
            <source>on its way</source>
            <translation>unterwegs</translation>
        </message>
        <message>
            <source>One a line, or separated by tabs or commas; “source:” before a name where it is of another source.</source>
            <translation>Einer je Zeile oder durch Tabulator oder Komma getrennt; „Quelle:“ vor einem Namen, der zu einer anderen Quelle gehört.</translation>
        </message>
        <message>
            <source>one after the other, in this order</source>
            <translation>nacheinander, in dieser Reihenfolge</translation>
        </message>
        <message>
            <source>One for all of its unit</source>
            <translation>Gemeinsame für die Einheit</translation>
        </message>
        <message>
            <source>One of its own</source>
            <translation>Eigene</translation>
        </message>
        <message>
            <source>One pattern a line: a tag stands for itself and everything below it; with * (any characters) or ? (one) it is a glob over the whole address.</source>
            <translation>Ein Muster je Zeile: Eine Variable steht für sich und alles darunter; mit * (beliebige Zeichen) oder ? (eines) gilt das Muster für die ganze Adresse.</translation>
        </message>
        <message>
            <source>one that always changes; its silence is a loss</source>
            <translation>eine, die sich immer ändert; schweigt sie, gilt die Verbindung als verloren</translation>
        </message>
        <message>
            <source>only sources {patterns}</source>
            <translation>nur Quellen {patterns}</translation>
        </message>
        <message>
            <source>OPC DA (192 is good)</source>
            <translation>OPC DA (192 ist gut)</translation>
        </message>
        <message>
            <source>OPC UA (0 is good)</source>
            <translation>OPC UA (0 ist gut)</translation>
        </message>
        <message>
            <source>OPC UA server</source>
            <translation>OPC-UA-Server</translation>
        </message>
        <message>
            <source>OPC UA servers</source>
            <translation>OPC-UA-Server</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Öffnen</translation>
        </message>
        <message>
            <source>Open again</source>
            <translation>Erneut öffnen</translation>
        </message>
        <message>
            <source>Open another Tagwatch</source>
            <translation>Anderes Tagwatch öffnen</translation>
        </message>
        <message>
            <source>Open another Tagwatch …</source>
            <translation>Anderes Tagwatch öffnen …</translation>
        </message>
        <message>
            <source>open it with the workspace</source>
            <translation>mit dem Arbeitsbereich öffnen</translation>
        </message>
        <message>
            <source>Open OPC UA server</source>
            <translation>OPC-UA-Server öffnen</translation>
        </message>
        <message>
            <source>Open OPC UA …</source>
            <translation>OPC UA öffnen …</translation>
        </message>
        <message>
            <source>Open recent</source>
            <translation>Zuletzt geöffnet</translation>
        </message>
        <message>
            <source>open sessions and extend their lease</source>
            <translation>Sitzungen öffnen und verlängern</translation>
        </message>
        <message>
            <source>Open simulated plant</source>
            <translation>Simulierte Anlage öffnen</translation>
        </message>
        <message>
            <source>Open the last workspace</source>
            <translation>Letzten Arbeitsbereich öffnen</translation>
        </message>
        <message>
            <source>Open this computer</source>
            <translation>Diesen Rechner öffnen</translation>
        </message>
        <message>
            <source>Open values to write</source>
            <translation>Zu schreibende Werte öffnen</translation>
        </message>
        <message>
            <source>Open without saving</source>
            <translation>Ohne Speichern öffnen</translation>
        </message>
        <message>
            <source>Open workspace</source>
            <translation>Arbeitsbereich öffnen</translation>
        </message>
        <message>
            <source>Open workspace …</source>
            <translation>Arbeitsbereich öffnen …</translation>
        </message>
        <message>
            <source>Open {source}</source>
            <translation>{source} öffnen</translation>
        </message>
        <message>
            <source>Open …</source>
            <translation>Öffnen …</translation>
        </message>
        <message>
            <source>Opened</source>
            <translation>Geöffnet</translation>
        </message>
        <message>
            <source>operate</source>
            <translation>Bedienen</translation>
        </message>
        <message>
            <source>operation complete</source>
            <translation>Vorgang abgeschlossen</translation>
        </message>
        <message>
            <source>operational error</source>
            <translation>Betriebsfehler</translation>
        </message>
        <message>
            <source>operator</source>
            <translation>Bedienung</translation>
        </message>
        <message>
            <source>Order</source>
            <translation>Reihenfolge</translation>
        </message>
        <message>
            <source>Origin</source>
            <translation>Herkunft</translation>
        </message>
        <message>
            <source>other error</source>
            <translation>anderer Fehler</translation>
        </message>
        <message>
            <source>Other programs on this computer may use sessions, values and alarms, with a key</source>
            <translation>Andere Programme auf diesem Rechner dürfen Sitzungen, Werte und Alarme benutzen, mit einem Schlüssel</translation>
        </message>
        <message>
            <source>Other programs reach this window here; keys are in Tools → API keys …</source>
            <translation>Hier erreichen andere Programme dieses Fenster; Schlüssel stehen unter Extras → API-Schlüssel …</translation>
        </message>
        <message>
            <source>Other Tagwatches</source>
            <translation>Andere Tagwatch</translation>
        </message>
        <message>
            <source>out of service</source>
            <translation>außer Betrieb</translation>
        </message>
        <message>
            <source>over, unacknowledged</source>
            <translation>vorbei, unquittiert</translation>
        </message>
        <message>
            <source>over: {words}</source>
            <translation>vorbei: {words}</translation>
        </message>
        <message>
            <source>overflow</source>
            <translation>Überlauf</translation>
        </message>
        <message>
            <source>own</source>
            <translation>eigene</translation>
        </message>
        <message>
            <source>Panes</source>
            <translation>Fensterteile</translation>
        </message>
        <message>
            <source>Panes in one place</source>
            <translation>Fensterteile am selben Platz</translation>
        </message>
        <message>
            <source>Parts of a name space that it is shown</source>
            <translation>Teile eines Namensraums, die er sieht</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Passwort</translation>
        </message>
        <message>
            <source>Paste</source>
            <translation>Einfügen</translation>
        </message>
        <message>
            <source>Paste names</source>
            <translation>Namen einfügen</translation>
        </message>
        <message>
            <source>Path</source>
            <translation>Pfad</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>Pause the trend and the log, or follow again (Space)</source>
            <translation>Trend und Protokoll anhalten oder ihnen wieder folgen (Leertaste)</translation>
        </message>
        <message>
            <source>Paused</source>
            <translation>Angehalten</translation>
        </message>
        <message numerus="yes">
            <source>Paused — {count} new samples, End for live</source>
            <translation>
                <numerusform>Angehalten — {count} neuer Messwert, Ende für Live</numerusform>
                <numerusform>Angehalten — {count} neue Messwerte, Ende für Live</numerusform>
            </translation>
        </message>
        <message>
            <source>Pen</source>
            <translation>Kurve</translation>
        </message>
        <message>
            <source>Pen removed; Ctrl+Z brings it back</source>
            <translation>Kurve entfernt; Strg+Z holt sie zurück</translation>
        </message>
        <message>
            <source>pending</source>
            <translation>ausstehend</translation>
        </message>
        <message>
            <source>Pens</source>
            <translation>Kurven</translation>
        </message>
        <message>
            <source>platform communication error</source>
            <translation>Kommunikationsfehler der Plattform</translation>
        </message>
        <message>
            <source>Play</source>
            <translation>Abspielen</translation>
        </message>
        <message>
            <source>Play a recording</source>
            <translation>Aufzeichnung abspielen</translation>
        </message>
        <message>
            <source>Play a recording …</source>
            <translation>Aufzeichnung abspielen …</translation>
        </message>
        <message>
            <source>Play the sample</source>
            <translation>Beispiel abspielen</translation>
        </message>
        <message>
            <source>point</source>
            <translation>Punkt</translation>
        </message>
        <message>
            <source>Points</source>
            <translation>Punkte</translation>
        </message>
        <message>
            <source>Position in the recording</source>
            <translation>Stelle in der Aufzeichnung</translation>
        </message>
        <message>
            <source>Priority</source>
            <translation>Priorität</translation>
        </message>
        <message>
            <source>Priority of {alarm}</source>
            <translation>Priorität von {alarm}</translation>
        </message>
        <message>
            <source>Probe tag</source>
            <translation>Prüfvariable</translation>
        </message>
        <message>
            <source>Problem</source>
            <translation>Problem</translation>
        </message>
        <message>
            <source>Process id of the worker</source>
            <translation>Prozesskennung des Arbeitsprozesses</translation>
        </message>
        <message>
            <source>process {process} on {host}</source>
            <translation>Prozess {process} auf {host}</translation>
        </message>
        <message>
            <source>program</source>
            <translation>Programm</translation>
        </message>
        <message>
            <source>Properties</source>
            <translation>Eigenschaften</translation>
        </message>
        <message>
            <source>Properties of {tag}</source>
            <translation>Eigenschaften von {tag}</translation>
        </message>
        <message>
            <source>Property</source>
            <translation>Eigenschaft</translation>
        </message>
        <message>
            <source>Put away</source>
            <translation>Ausblenden</translation>
        </message>
        <message numerus="yes">
            <source>Put away ({count})</source>
            <translation>
                <numerusform>Ausgeblendet ({count})</numerusform>
                <numerusform>Ausgeblendet ({count})</numerusform>
            </translation>
        </message>
        <message>
            <source>Put check marks at what failed, and nowhere else, to try it again</source>
            <translation>Häkchen nur vor Fehlgeschlagenes setzen, um es noch einmal zu versuchen</translation>
        </message>
        <message>
            <source>Put the chosen alarms away until a time that you give</source>
            <translation>Die gewählten Alarme bis zu einer anzugebenden Zeit zurückstellen</translation>
        </message>
        <message>
            <source>Put the warning away</source>
            <translation>Die Warnung ausblenden</translation>
        </message>
        <message>
            <source>Qualities</source>
            <translation>Qualitäten</translation>
        </message>
        <message>
            <source>Quality</source>
            <translation>Qualität</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <source>Raised</source>
            <translation>Ausgelöst</translation>
        </message>
        <message>
            <source>Range</source>
            <translation>Bereich</translation>
        </message>
        <message>
            <source>range {low} to {high} {unit}</source>
            <translation>Bereich {low} bis {high} {unit}</translation>
        </message>
        <message>
            <source>Raw quality</source>
            <translation>Rohqualität</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>Lesen</translation>
        </message>
        <message>
            <source>read</source>
            <translation>lesen</translation>
        </message>
        <message>
            <source>Read again</source>
            <translation>Neu lesen</translation>
        </message>
        <message>
            <source>read and write</source>
            <translation>lesen und schreiben</translation>
        </message>
        <message>
            <source>read and write and history</source>
            <translation>lesen, schreiben und Historie</translation>
        </message>
        <message>
            <source>Read back</source>
            <translation>Rückgelesen</translation>
        </message>
        <message>
            <source>Read every … seconds</source>
            <translation>Lesen alle … Sekunden</translation>
        </message>
        <message>
            <source>Read no further; what is read can be searched</source>
            <translation>Nicht weiter lesen; was gelesen ist, lässt sich durchsuchen</translation>
        </message>
        <message>
            <source>read only</source>
            <translation>nur lesbar</translation>
        </message>
        <message>
            <source>read only and history</source>
            <translation>nur lesbar, mit Historie</translation>
        </message>
        <message>
            <source>Read the source's tags once more, from the beginning (F5)</source>
            <translation>Die Variablen der Quelle noch einmal von Anfang an lesen (F5)</translation>
        </message>
        <message>
            <source>Read the whole record and look for changed, missing or exchanged entries</source>
            <translation>Die ganze Aufzeichnung lesen und nach geänderten, fehlenden oder vertauschten Einträgen suchen</translation>
        </message>
        <message>
            <source>Read what is on disk, the newest first, with the same filter (Ctrl+J)</source>
            <translation>Lesen, was auf der Platte liegt, das Neueste zuerst, mit demselben Filter (Strg+J)</translation>
        </message>
        <message>
            <source>Read-only</source>
            <translation>Nur Lesen</translation>
        </message>
        <message>
            <source>read-only</source>
            <translation>nur lesend</translation>
        </message>
        <message>
            <source>Read-only mode</source>
            <translation>Nur-Lese-Betrieb</translation>
        </message>
        <message>
            <source>read-only mode off</source>
            <translation>Nur-Lese-Betrieb aus</translation>
        </message>
        <message>
            <source>read-only mode on</source>
            <translation>Nur-Lese-Betrieb ein</translation>
        </message>
        <message>
            <source>Read-only: no writes, whatever its scopes</source>
            <translation>Nur lesend, was er sonst auch darf</translation>
        </message>
        <message>
            <source>Read-only: nothing is written from this window.</source>
            <translation>Nur Lesen: aus diesem Fenster wird nichts geschrieben.</translation>
        </message>
        <message>
            <source>Read-only: {sessions}</source>
            <translation>Nur Lesen: {sessions}</translation>
        </message>
        <message>
            <source>reading events and writes …</source>
            <translation>Ereignisse und Schreibvorgänge werden gelesen …</translation>
        </message>
        <message>
            <source>Reading the journal …</source>
            <translation>Das Journal wird gelesen …</translation>
        </message>
        <message>
            <source>reading the recording …</source>
            <translation>Aufzeichnung wird gelesen …</translation>
        </message>
        <message>
            <source>reading the samples …</source>
            <translation>Messwerte werden gelesen …</translation>
        </message>
        <message>
            <source>reads nothing</source>
            <translation>liest nichts</translation>
        </message>
        <message>
            <source>reads only {patterns}</source>
            <translation>liest nur {patterns}</translation>
        </message>
        <message>
            <source>ready</source>
            <translation>bereit</translation>
        </message>
        <message>
            <source>Receive time</source>
            <translation>Empfangszeit</translation>
        </message>
        <message>
            <source>Received</source>
            <translation>Empfangen</translation>
        </message>
        <message>
            <source>received {time}</source>
            <translation>empfangen {time}</translation>
        </message>
        <message>
            <source>Recent</source>
            <translation>Zuletzt</translation>
        </message>
        <message>
            <source>Recent sources</source>
            <translation>Zuletzt benutzte Quellen</translation>
        </message>
        <message>
            <source>reconnect</source>
            <translation>Wiederverbindung</translation>
        </message>
        <message>
            <source>Record</source>
            <translation>Eintrag</translation>
        </message>
        <message>
            <source>Record everything that is watched</source>
            <translation>Alles aufzeichnen, was beobachtet wird</translation>
        </message>
        <message>
            <source>Record values</source>
            <translation>Werte aufzeichnen</translation>
        </message>
        <message>
            <source>Recorded</source>
            <translation>Aufgezeichnet</translation>
        </message>
        <message>
            <source>Recorded by source</source>
            <translation>Aufgezeichnet je Quelle</translation>
        </message>
        <message>
            <source>Recorder</source>
            <translation>Rekorder</translation>
        </message>
        <message>
            <source>recorder switched off</source>
            <translation>Rekorder ausgeschaltet</translation>
        </message>
        <message>
            <source>recorder switched on</source>
            <translation>Rekorder eingeschaltet</translation>
        </message>
        <message>
            <source>Recorder …</source>
            <translation>Rekorder …</translation>
        </message>
        <message>
            <source>recorder's limits changed</source>
            <translation>Grenzen des Rekorders geändert</translation>
        </message>
        <message>
            <source>Recording</source>
            <translation>Aufzeichnung</translation>
        </message>
        <message>
            <source>recording</source>
            <translation>zeichnet auf</translation>
        </message>
        <message>
            <source>Recording of a computer</source>
            <translation>Aufzeichnung eines Rechners</translation>
        </message>
        <message>
            <source>recording of “{name}”</source>
            <translation>Aufzeichnung von „{name}“</translation>
        </message>
        <message>
            <source>recording taken into the records</source>
            <translation>Aufzeichnung in den Rekorder übernommen</translation>
        </message>
        <message>
            <source>Recording {name}</source>
            <translation>Aufzeichnung {name}</translation>
        </message>
        <message>
            <source>Recordings (*.csv *.txt *.tsv *.parquet)</source>
            <translation>Aufzeichnungen (*.csv *.txt *.tsv *.parquet)</translation>
        </message>
        <message>
            <source>Recordings, not live</source>
            <translation>Aufzeichnungen, nicht live</translation>
        </message>
        <message>
            <source>Redo</source>
            <translation>Wiederholen</translation>
        </message>
        <message>
            <source>Refresh</source>
            <translation>Auffrischen</translation>
        </message>
        <message>
            <source>Registered items</source>
            <translation>Angemeldet</translation>
        </message>
        <message>
            <source>rejected</source>
            <translation>abgelehnt</translation>
        </message>
        <message>
            <source>rejected: {reason}</source>
            <translation>abgelehnt: {reason}</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
        <message>
            <source>remove pens</source>
            <translation>Kurven entfernen</translation>
        </message>
        <message>
            <source>remove rows</source>
            <translation>Zeilen entfernen</translation>
        </message>
        <message>
            <source>Remove the key; what was done to it stays in the record</source>
            <translation>Den Schlüssel entfernen; was mit ihm geschah, bleibt im Protokoll</translation>
        </message>
        <message>
            <source>Remove the note</source>
            <translation>Notiz entfernen</translation>
        </message>
        <message>
            <source>rename a list</source>
            <translation>Liste umbenennen</translation>
        </message>
        <message>
            <source>rename a trend</source>
            <translation>Trend umbenennen</translation>
        </message>
        <message>
            <source>Rename the list</source>
            <translation>Liste umbenennen</translation>
        </message>
        <message>
            <source>Rename the trend</source>
            <translation>Trend umbenennen</translation>
        </message>
        <message>
            <source>Rename …</source>
            <translation>Umbenennen …</translation>
        </message>
        <message>
            <source>replay</source>
            <translation>Wiedergabe</translation>
        </message>
        <message>
            <source>Replay of {time}, not live</source>
            <translation>Wiedergabe von {time}, nicht live</translation>
        </message>
        <message>
            <source>Replay {name}</source>
            <translation>Wiedergabe {name}</translation>
        </message>
        <message>
            <source>Report of the bulk write</source>
            <translation>Bericht des Sammelschreibens</translation>
        </message>
        <message>
            <source>Report …</source>
            <translation>Bericht …</translation>
        </message>
        <message>
            <source>request timed out</source>
            <translation>Zeitüberschreitung der Anfrage</translation>
        </message>
        <message>
            <source>Reset layout</source>
            <translation>Anordnung zurücksetzen</translation>
        </message>
        <message>
            <source>resolving attribute</source>
            <translation>Attribut wird aufgelöst</translation>
        </message>
        <message>
            <source>resolving object</source>
            <translation>Objekt wird aufgelöst</translation>
        </message>
        <message>
            <source>restart</source>
            <translation>Neustart</translation>
        </message>
        <message>
            <source>Restarts</source>
            <translation>Neustarts</translation>
        </message>
        <message>
            <source>Restore the values of {time}</source>
            <translation>Werte von {time} wiederherstellen</translation>
        </message>
        <message>
            <source>Restore values</source>
            <translation>Werte wiederherstellen</translation>
        </message>
        <message>
            <source>Restore values …</source>
            <translation>Werte wiederherstellen …</translation>
        </message>
        <message>
            <source>Result</source>
            <translation>Ergebnis</translation>
        </message>
        <message>
            <source>Result code</source>
            <translation>Ergebniscode</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <source>retry asked for</source>
            <translation>neuer Versuch verlangt</translation>
        </message>
        <message>
            <source>Retry now</source>
            <translation>Jetzt versuchen</translation>
        </message>
        <message>
            <source>Revoke API key</source>
            <translation>API-Schlüssel sperren</translation>
        </message>
        <message>
            <source>Revoke the key “{name}”? Programs that use it are cut off. This cannot be undone.</source>
            <translation>Den Schlüssel „{name}“ sperren? Programme, die ihn verwenden, werden getrennt. Das kann nicht rückgängig gemacht werden.</translation>
        </message>
        <message>
            <source>Revoke …</source>
            <translation>Sperren …</translation>
        </message>
        <message>
            <source>revoked</source>
            <translation>gesperrt</translation>
        </message>
        <message>
            <source>right</source>
            <translation>geht richtig</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>Zeilen</translation>
        </message>
        <message>
            <source>Rows shown</source>
            <translation>Angezeigte Zeilen</translation>
        </message>
        <message>
            <source>Run</source>
            <translation>Lauf</translation>
        </message>
        <message>
            <source>Safe mode</source>
            <translation>Abgesicherter Start</translation>
        </message>
        <message>
            <source>Safe mode: nothing was opened. The workspace that was open last is as it was.</source>
            <translation>Abgesicherter Start: nichts wurde geöffnet. Der zuletzt offene Arbeitsbereich ist unverändert.</translation>
        </message>
        <message>
            <source>Sample workspace</source>
            <translation>Beispiel-Arbeitsbereich</translation>
        </message>
        <message>
            <source>Samples</source>
            <translation>Werte</translation>
        </message>
        <message>
            <source>Samples drawn</source>
            <translation>Gezeichnete Messwerte</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Speichern</translation>
        </message>
        <message>
            <source>Save as …</source>
            <translation>Speichern unter …</translation>
        </message>
        <message>
            <source>Save image</source>
            <translation>Bild speichern</translation>
        </message>
        <message>
            <source>Save image …</source>
            <translation>Bild speichern …</translation>
        </message>
        <message>
            <source>Save support bundle</source>
            <translation>Supportpaket speichern</translation>
        </message>
        <message>
            <source>Save support bundle …</source>
            <translation>Supportpaket speichern …</translation>
        </message>
        <message>
            <source>Save values</source>
            <translation>Werte sichern</translation>
        </message>
        <message>
            <source>Save values …</source>
            <translation>Werte sichern …</translation>
        </message>
        <message>
            <source>Save workspace</source>
            <translation>Arbeitsbereich speichern</translation>
        </message>
        <message>
            <source>Save, then open</source>
            <translation>Speichern, dann öffnen</translation>
        </message>
        <message>
            <source>Saved in {path}</source>
            <translation>Gespeichert in {path}</translation>
        </message>
        <message>
            <source>Saved in {path}; passwords are not in it</source>
            <translation>Gespeichert in {path}; Passwörter sind nicht enthalten</translation>
        </message>
        <message>
            <source>Saved values (*.tagvalues)</source>
            <translation>Gesicherte Werte (*.tagvalues)</translation>
        </message>
        <message>
            <source>Saved {file}. It has no passwords and no values of tags.</source>
            <translation>{file} gespeichert. Passwörter und Werte von Variablen sind nicht enthalten.</translation>
        </message>
        <message>
            <source>Say that you know of the chosen alarms (Ctrl+K)</source>
            <translation>Die gewählten Alarme zur Kenntnis nehmen (Strg+K)</translation>
        </message>
        <message>
            <source>Scientific</source>
            <translation>Wissenschaftlich</translation>
        </message>
        <message>
            <source>Scopes</source>
            <translation>Bereiche</translation>
        </message>
        <message>
            <source>seconds</source>
            <translation>Sekunden</translation>
        </message>
        <message>
            <source>seconds since 1970</source>
            <translation>Sekunden seit 1970</translation>
        </message>
        <message>
            <source>secured</source>
            <translation>gesichert</translation>
        </message>
        <message>
            <source>secured write</source>
            <translation>gesichertes Schreiben</translation>
        </message>
        <message>
            <source>secured write needed</source>
            <translation>gesichertes Schreiben nötig</translation>
        </message>
        <message>
            <source>Security</source>
            <translation>Sicherheit</translation>
        </message>
        <message>
            <source>security error</source>
            <translation>Sicherheitsfehler</translation>
        </message>
        <message>
            <source>semicolon</source>
            <translation>Semikolon</translation>
        </message>
        <message>
            <source>Send nothing more; what was sent is followed to its end</source>
            <translation>Nichts mehr senden; Gesendetes wird bis zum Ende verfolgt</translation>
        </message>
        <message>
            <source>sent</source>
            <translation>gesendet</translation>
        </message>
        <message>
            <source>Separator</source>
            <translation>Trennzeichen</translation>
        </message>
        <message>
            <source>Sequence</source>
            <translation>Folgenummer</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Server</translation>
        </message>
        <message>
            <source>Server certificate</source>
            <translation>Serverzertifikat</translation>
        </message>
        <message>
            <source>server certificate trusted</source>
            <translation>Serverzertifikat vertraut</translation>
        </message>
        <message>
            <source>Session</source>
            <translation>Sitzung</translation>
        </message>
        <message>
            <source>session closed</source>
            <translation>Sitzung geschlossen</translation>
        </message>
        <message>
            <source>Session id</source>
            <translation>Sitzungskennung</translation>
        </message>
        <message>
            <source>session opened</source>
            <translation>Sitzung geöffnet</translation>
        </message>
        <message>
            <source>Session read-only</source>
            <translation>Sitzung nur lesen</translation>
        </message>
        <message>
            <source>Session {name}</source>
            <translation>Sitzung {name}</translation>
        </message>
        <message>
            <source>Sessions</source>
            <translation>Sitzungen</translation>
        </message>
        <message>
            <source>Sessions that it opens are its own: other keys do not see them.</source>
            <translation>Sitzungen, die er öffnet, gehören ihm: Andere Schlüssel sehen sie nicht.</translation>
        </message>
        <message>
            <source>Seven minutes of a computer at work, which come with the program</source>
            <translation>Sieben Minuten eines Rechners bei der Arbeit, mitgeliefert</translation>
        </message>
        <message>
            <source>several together</source>
            <translation>mehrere gleichzeitig</translation>
        </message>
        <message>
            <source>Severity</source>
            <translation>Schwere</translation>
        </message>
        <message>
            <source>shaking hands</source>
            <translation>Verbindungsaufbau</translation>
        </message>
        <message>
            <source>Shelve</source>
            <translation>Zurückstellen</translation>
        </message>
        <message>
            <source>Shelve alarms</source>
            <translation>Alarme zurückstellen</translation>
        </message>
        <message>
            <source>Shelve …</source>
            <translation>Zurückstellen …</translation>
        </message>
        <message>
            <source>shelved</source>
            <translation>zurückgestellt</translation>
        </message>
        <message>
            <source>Shelved until</source>
            <translation>Zurückgestellt bis</translation>
        </message>
        <message>
            <source>shelving is over: {words}</source>
            <translation>Zurückstellung ist vorbei: {words}</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>Anzeigen</translation>
        </message>
        <message>
            <source>Show alarms that are shelved, suppressed or out of service, too</source>
            <translation>Auch zurückgestellte, unterdrückte und außer Betrieb genommene Alarme anzeigen</translation>
        </message>
        <message>
            <source>Show all of the chosen row beside the log (Ctrl+I)</source>
            <translation>Alles von der gewählten Zeile neben dem Protokoll anzeigen (Strg+I)</translation>
        </message>
        <message>
            <source>Show every event again (Esc)</source>
            <translation>Wieder alle Ereignisse anzeigen (Esc)</translation>
        </message>
        <message>
            <source>Show every write again (Esc)</source>
            <translation>Wieder alle Schreibaufträge anzeigen (Esc)</translation>
        </message>
        <message>
            <source>Show everything held (Ctrl+0)</source>
            <translation>Alles Vorhandene anzeigen (Strg+0)</translation>
        </message>
        <message>
            <source>Show fewer</source>
            <translation>Weniger anzeigen</translation>
        </message>
        <message>
            <source>Show in items</source>
            <translation>In den Variablen anzeigen</translation>
        </message>
        <message>
            <source>Show in the event log</source>
            <translation>Im Ereignisprotokoll zeigen</translation>
        </message>
        <message>
            <source>Show in the log</source>
            <translation>Im Protokoll anzeigen</translation>
        </message>
        <message>
            <source>Show in the name space</source>
            <translation>Im Adressraum zeigen</translation>
        </message>
        <message>
            <source>Show in the trend at this time</source>
            <translation>Im Trend zu dieser Zeit zeigen</translation>
        </message>
        <message>
            <source>Show only what has changed</source>
            <translation>Nur Geändertes anzeigen</translation>
        </message>
        <message>
            <source>Show only {column}: {text}</source>
            <translation>Nur {column}: {text} anzeigen</translation>
        </message>
        <message>
            <source>Show the alarms</source>
            <translation>Alarme anzeigen</translation>
        </message>
        <message>
            <source>Show the folder</source>
            <translation>Ordner zeigen</translation>
        </message>
        <message>
            <source>Show the journal's folder</source>
            <translation>Ordner des Journals anzeigen</translation>
        </message>
        <message>
            <source>Show the notifications</source>
            <translation>Mitteilungen anzeigen</translation>
        </message>
        <message>
            <source>Show the recorder's folder</source>
            <translation>Den Ordner des Rekorders zeigen</translation>
        </message>
        <message>
            <source>Simulated plant</source>
            <translation>Simulierte Anlage</translation>
        </message>
        <message>
            <source>Simulated plants</source>
            <translation>Simulierte Anlagen</translation>
        </message>
        <message>
            <source>Since</source>
            <translation>Seit</translation>
        </message>
        <message>
            <source>since {time} ({age})</source>
            <translation>seit {time} ({age})</translation>
        </message>
        <message>
            <source>Slope /s</source>
            <translation>Steigung /s</translation>
        </message>
        <message>
            <source>software error</source>
            <translation>Softwarefehler</translation>
        </message>
        <message>
            <source>Something has changed meanwhile.</source>
            <translation>Inzwischen hat sich etwas geändert.</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>Quelle</translation>
        </message>
        <message>
            <source>source lost</source>
            <translation>Quelle verloren</translation>
        </message>
        <message>
            <source>source not open</source>
            <translation>Quelle nicht offen</translation>
        </message>
        <message>
            <source>Source time</source>
            <translation>Quellzeit</translation>
        </message>
        <message>
            <source>source time {difference}</source>
            <translation>Quellzeit {difference}</translation>
        </message>
        <message>
            <source>source {name}: a password stood in the file; it was left out</source>
            <translation>Quelle {name}: in der Datei stand ein Passwort; es wurde weggelassen</translation>
        </message>
        <message>
            <source>source {name}: options must be an object</source>
            <translation>Quelle {name}: options muss ein Objekt sein</translation>
        </message>
        <message>
            <source>source {name}: restart and open_at_start must be true or false</source>
            <translation>Quelle {name}: restart und open_at_start müssen true oder false sein</translation>
        </message>
        <message>
            <source>source {name}: the backend {backend} is not known; known are {known}</source>
            <translation>Quelle {name}: der Treiber {backend} ist nicht bekannt; bekannt sind {known}</translation>
        </message>
        <message>
            <source>source {name}…: the name is too long</source>
            <translation>Quelle {name}…: der Name ist zu lang</translation>
        </message>
        <message>
            <source>source {time}</source>
            <translation>Quelle {time}</translation>
        </message>
        <message>
            <source>Sources</source>
            <translation>Quellen</translation>
        </message>
        <message>
            <source>Sources and sessions that it may use, by their names</source>
            <translation>Quellen und Sitzungen, die er nutzen darf, nach ihren Namen</translation>
        </message>
        <message>
            <source>Sources and workspaces (*.tagwatch *.json);;All files (*)</source>
            <translation>Quellen und Arbeitsbereiche (*.tagwatch *.json);;Alle Dateien (*)</translation>
        </message>
        <message>
            <source>Sources …</source>
            <translation>Quellen …</translation>
        </message>
        <message>
            <source>Space of all recorded values</source>
            <translation>Platz aller aufgezeichneten Werte</translation>
        </message>
        <message>
            <source>Space used</source>
            <translation>Belegter Platz</translation>
        </message>
        <message>
            <source>Speed</source>
            <translation>Geschwindigkeit</translation>
        </message>
        <message>
            <source>stall of the window, 5 min, worst {worst} ms</source>
            <translation>Blockade des Fensters, 5 min, höchstens {worst} ms</translation>
        </message>
        <message>
            <source>stall {time} ms</source>
            <translation>Blockade {time} ms</translation>
        </message>
        <message>
            <source>start a new worker after a fault</source>
            <translation>nach einer Störung einen neuen Arbeitsprozess starten</translation>
        </message>
        <message>
            <source>starting</source>
            <translation>startet</translation>
        </message>
        <message>
            <source>starting worker</source>
            <translation>startet Arbeitsprozess</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <source>state</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <source>State of the API</source>
            <translation>Zustand der API</translation>
        </message>
        <message>
            <source>State of the bulk write</source>
            <translation>Stand des Sammelschreibens</translation>
        </message>
        <message>
            <source>State of the connection</source>
            <translation>Stand der Verbindung</translation>
        </message>
        <message>
            <source>State of the log</source>
            <translation>Stand des Protokolls</translation>
        </message>
        <message>
            <source>State of the record</source>
            <translation>Stand der Aufzeichnung</translation>
        </message>
        <message>
            <source>State of the search</source>
            <translation>Stand der Suche</translation>
        </message>
        <message>
            <source>State of the write</source>
            <translation>Stand des Schreibens</translation>
        </message>
        <message>
            <source>state {values}</source>
            <translation>Zustand {values}</translation>
        </message>
        <message>
            <source>States always step</source>
            <translation>Zustände sind immer Stufen</translation>
        </message>
        <message>
            <source>Statistics</source>
            <translation>Statistik</translation>
        </message>
        <message>
            <source>Statistics …</source>
            <translation>Statistik …</translation>
        </message>
        <message>
            <source>Status</source>
            <translation>Status</translation>
        </message>
        <message>
            <source>Std. deviation</source>
            <translation>Standardabweichung</translation>
        </message>
        <message>
            <source>Step</source>
            <translation>Stufen</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Stopp</translation>
        </message>
        <message>
            <source>stop at the first failure</source>
            <translation>beim ersten Fehler anhalten</translation>
        </message>
        <message>
            <source>stream alarms</source>
            <translation>Alarme empfangen</translation>
        </message>
        <message>
            <source>stream events</source>
            <translation>Ereignisse empfangen</translation>
        </message>
        <message>
            <source>Style</source>
            <translation>Stil</translation>
        </message>
        <message>
            <source>Subs</source>
            <translation>Leser</translation>
        </message>
        <message>
            <source>subscribed</source>
            <translation>abonniert</translation>
        </message>
        <message>
            <source>subscriber</source>
            <translation>Abonnent</translation>
        </message>
        <message>
            <source>Subscribers</source>
            <translation>Abonnenten</translation>
        </message>
        <message>
            <source>success</source>
            <translation>Erfolg</translation>
        </message>
        <message>
            <source>summing up …</source>
            <translation>es wird summiert …</translation>
        </message>
        <message>
            <source>Support bundle (*.zip)</source>
            <translation>Supportpaket (*.zip)</translation>
        </message>
        <message>
            <source>support bundle saved</source>
            <translation>Supportpaket gespeichert</translation>
        </message>
        <message>
            <source>suppressed</source>
            <translation>unterdrückt</translation>
        </message>
        <message>
            <source>Suppressed while</source>
            <translation>Unterdrückt, solange</translation>
        </message>
        <message>
            <source>Suppressed while: give the tag that has these values, or clear them</source>
            <translation>Unterdrückt, solange: die Variable mit diesen Werten angeben oder die Werte leeren</translation>
        </message>
        <message>
            <source>suppressed: {words}</source>
            <translation>unterdrückt: {words}</translation>
        </message>
        <message>
            <source>Suppressing tag</source>
            <translation>Unterdrückende Variable</translation>
        </message>
        <message>
            <source>System</source>
            <translation>System</translation>
        </message>
        <message>
            <source>T&amp;ools</source>
            <translation>E&amp;xtras</translation>
        </message>
        <message>
            <source>tab</source>
            <translation>Tabulator</translation>
        </message>
        <message>
            <source>Tables and saved values (*.csv *.txt *.tsv *.tagvalues)</source>
            <translation>Tabellen und gesicherte Werte (*.csv *.txt *.tsv *.tagvalues)</translation>
        </message>
        <message>
            <source>Tag</source>
            <translation>Variable</translation>
        </message>
        <message>
            <source>Tags</source>
            <translation>Variablen</translation>
        </message>
        <message>
            <source>Tags and values from the clipboard (Ctrl+V)</source>
            <translation>Variablen und Werte aus der Zwischenablage (Strg+V)</translation>
        </message>
        <message>
            <source>Tags for load tests</source>
            <translation>Variablen für Lasttests</translation>
        </message>
        <message>
            <source>Tags found</source>
            <translation>Gefundene Variablen</translation>
        </message>
        <message>
            <source>Tags of a watch list can be kept longer, shorter, in a space of their own or not at all: “Record values” in the list's menu. What is recorded already keeps the days that it was recorded with.</source>
            <translation>Variablen einer Beobachtungsliste können länger, kürzer, in einem eigenen Platz oder gar nicht aufbewahrt werden: „Werte aufzeichnen“ im Menü der Liste. Was schon aufgezeichnet ist, behält die Tage, mit denen es aufgezeichnet wurde.</translation>
        </message>
        <message>
            <source>Tags that it may read and get events of</source>
            <translation>Variablen, die er lesen und deren Ereignisse er erhalten darf</translation>
        </message>
        <message>
            <source>Tags …</source>
            <translation>Variablen …</translation>
        </message>
        <message>
            <source>Tagwatch did not come to its end in order. Of {name} it had kept what there was at {time}.</source>
            <translation>Tagwatch wurde nicht ordentlich beendet. Von {name} ist der Stand von {time} aufbewahrt.</translation>
        </message>
        <message>
            <source>Tagwatch help</source>
            <translation>Tagwatch-Hilfe</translation>
        </message>
        <message>
            <source>Tagwatch runs already ({who}), but does not answer. Wait until it does, end it, or start another one beside it with --new-instance.</source>
            <translation>Tagwatch läuft bereits ({who}), antwortet aber nicht. Abwarten, es beenden oder mit --new-instance ein weiteres daneben starten.</translation>
        </message>
        <message>
            <source>Tagwatch runs already. Close it first, or start another one beside it with --new-instance.</source>
            <translation>Tagwatch läuft bereits. Es zuerst schließen oder mit --new-instance ein weiteres daneben starten.</translation>
        </message>
        <message>
            <source>Tagwatch {version}: a desktop monitor for process tags.
MIT licence. Icons: Lucide, ISC licence.</source>
            <translation>Tagwatch {version}: ein Beobachter für Prozessvariablen.
MIT-Lizenz. Symbole: Lucide, ISC-Lizenz.</translation>
        </message>
        <message>
            <source>Take a snapshot</source>
            <translation>Momentaufnahme machen</translation>
        </message>
        <message>
            <source>Take back into service</source>
            <translation>Wieder in Betrieb nehmen</translation>
        </message>
        <message>
            <source>Take current</source>
            <translation>Aktuellen übernehmen</translation>
        </message>
        <message>
            <source>Take into the records</source>
            <translation>In den Rekorder übernehmen</translation>
        </message>
        <message>
            <source>Take it over</source>
            <translation>Übernehmen</translation>
        </message>
        <message>
            <source>Take out of service</source>
            <translation>Außer Betrieb nehmen</translation>
        </message>
        <message>
            <source>Take the chosen ones off the list (Del); what happens again comes again</source>
            <translation>Die gewählten aus der Liste nehmen (Entf); was wieder geschieht, kommt wieder</translation>
        </message>
        <message>
            <source>Tank101.Level
Simulated plant:Reactor.PV
# a comment
= [Reactor.SP] - [Reactor.PV]</source>
            <translation>Tank101.Level
Simulated plant:Reactor.PV
# ein Kommentar
= [Reactor.SP] - [Reactor.PV]</translation>
        </message>
        <message>
            <source>Tell new alarms outside the window while another program is in front</source>
            <translation>Neue Alarme außerhalb des Fensters melden, solange ein anderes Programm vorne ist</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <source>test of {name}</source>
            <translation>Prüfung von {name}</translation>
        </message>
        <message>
            <source>testing …</source>
            <translation>wird geprüft …</translation>
        </message>
        <message>
            <source>Text</source>
            <translation>Text</translation>
        </message>
        <message>
            <source>text is not a number</source>
            <translation>Text ist keine Zahl</translation>
        </message>
        <message>
            <source>The alarms that are shown, as a table</source>
            <translation>Die gezeigten Alarme als Tabelle</translation>
        </message>
        <message>
            <source>The API is not there: {reason}</source>
            <translation>Die API ist nicht da: {reason}</translation>
        </message>
        <message>
            <source>the API is off</source>
            <translation>die API ist aus</translation>
        </message>
        <message>
            <source>The API is off: keys open nothing until this window, or tagwatch serve, offers it.</source>
            <translation>Die API ist aus: Schlüssel öffnen nichts, bis dieses Fenster oder tagwatch serve sie anbietet.</translation>
        </message>
        <message>
            <source>the API listens on {address}</source>
            <translation>die API hört auf {address}</translation>
        </message>
        <message>
            <source>The API listens on {address} with TLS.</source>
            <translation>Die API ist mit TLS unter {address} erreichbar.</translation>
        </message>
        <message>
            <source>The API listens on {address} without TLS: it serves programs on this computer alone.</source>
            <translation>Die API ist ohne TLS unter {address} erreichbar: Sie dient nur Programmen auf diesem Computer.</translation>
        </message>
        <message>
            <source>The API on {address} asks for no key: every program of this computer gets in with all rights.</source>
            <translation>Die API unter {address} verlangt keinen Schlüssel: Jedes Programm dieses Computers hat alle Rechte.</translation>
        </message>
        <message>
            <source>The end must be later than now.</source>
            <translation>Das Ende muss nach jetzt liegen.</translation>
        </message>
        <message>
            <source>The event log shows its journal; End follows the newest events again.</source>
            <translation>Das Ereignisprotokoll zeigt sein Journal; Ende folgt wieder den neuesten Ereignissen.</translation>
        </message>
        <message>
            <source>The export was given up.</source>
            <translation>Der Export wurde aufgegeben.</translation>
        </message>
        <message>
            <source>The expression has too many parts.</source>
            <translation>Der Ausdruck hat zu viele Teile.</translation>
        </message>
        <message>
            <source>The expression is empty.</source>
            <translation>Der Ausdruck ist leer.</translation>
        </message>
        <message>
            <source>The expression is longer than {count} characters.</source>
            <translation>Der Ausdruck ist länger als {count} Zeichen.</translation>
        </message>
        <message>
            <source>The expression is nested too deeply.</source>
            <translation>Der Ausdruck ist zu tief verschachtelt.</translation>
        </message>
        <message>
            <source>The first rows</source>
            <translation>Die ersten Zeilen</translation>
        </message>
        <message>
            <source>The image of {name} is in the clipboard.</source>
            <translation>Das Bild von {name} ist in der Zwischenablage.</translation>
        </message>
        <message>
            <source>The import was given up.</source>
            <translation>Der Import wurde aufgegeben.</translation>
        </message>
        <message>
            <source>the incident is written …</source>
            <translation>der Vorfall wird geschrieben …</translation>
        </message>
        <message>
            <source>The item was removed. F5 watches it again.</source>
            <translation>Die Variable wurde abgemeldet. F5 beobachtet sie wieder.</translation>
        </message>
        <message>
            <source>the journal of events cannot be written: {reason}; what comes is missing in it</source>
            <translation>das Journal der Ereignisse kann nicht geschrieben werden: {reason}; was kommt, fehlt darin</translation>
        </message>
        <message>
            <source>the journal of events is written again</source>
            <translation>das Journal der Ereignisse wird wieder geschrieben</translation>
        </message>
        <message>
            <source>the key {id}, as before</source>
            <translation>der Schlüssel {id}, wie bisher</translation>
        </message>
        <message>
            <source>the key {user} is asked for: open it</source>
            <translation>der Schlüssel {user} wird verlangt: die Quelle öffnen</translation>
        </message>
        <message>
            <source>The keyring did not take the password: it will be asked for again.</source>
            <translation>Der Schlüsselbund hat das Passwort nicht angenommen: es wird wieder abgefragt.</translation>
        </message>
        <message>
            <source>The language changes with the next start.</source>
            <translation>Die Sprache wechselt mit dem nächsten Start.</translation>
        </message>
        <message>
            <source>The layout of the panes is broken or of another version: it stays as it is.</source>
            <translation>Die Anordnung der Fensterteile ist beschädigt oder stammt aus einer anderen Version: sie bleibt, wie sie ist.</translation>
        </message>
        <message>
            <source>The list is sorted: click the column's head until the mark is gone, then move rows.</source>
            <translation>Die Liste ist sortiert: auf den Spaltenkopf klicken, bis die Marke weg ist, dann Zeilen verschieben.</translation>
        </message>
        <message>
            <source>The longest time in the last minute that the window did not answer</source>
            <translation>Die längste Zeit der letzten Minute, in der das Fenster nicht reagiert hat</translation>
        </message>
        <message>
            <source>the password of {user} is asked for: open it</source>
            <translation>das Passwort von {user} ist nötig: bitte öffnen</translation>
        </message>
        <message>
            <source>the port must be a number of 1 to 65535</source>
            <translation>der Port muss eine Zahl von 1 bis 65535 sein</translation>
        </message>
        <message>
            <source>The range ends before it begins.</source>
            <translation>Der Zeitbereich endet, bevor er beginnt.</translation>
        </message>
        <message>
            <source>the range of {low} to {high}</source>
            <translation>Bereichs {low} bis {high}</translation>
        </message>
        <message>
            <source>the recording: .csv or .parquet</source>
            <translation>die Aufzeichnung: .csv oder .parquet</translation>
        </message>
        <message>
            <source>the result is too large</source>
            <translation>das Ergebnis ist zu groß</translation>
        </message>
        <message>
            <source>The server's owner has told me this new fingerprint</source>
            <translation>Der Betreiber des Servers hat mir diesen neuen Fingerabdruck mitgeteilt</translation>
        </message>
        <message>
            <source>the session is closed</source>
            <translation>die Sitzung ist geschlossen</translation>
        </message>
        <message>
            <source>the session is {state}</source>
            <translation>die Sitzung ist {state}</translation>
        </message>
        <message>
            <source>the session {source} is not open</source>
            <translation>die Sitzung {source} ist nicht offen</translation>
        </message>
        <message>
            <source>The simulated plant and this computer are live. Double-click a tag to trend it, press F2 to write it (try Reactor.SP), F1 for help; Ctrl+Shift+O opens your own server.</source>
            <translation>Die simulierte Anlage und dieser Rechner sind live. Doppelklick nimmt eine Variable in den Trend auf, F2 schreibt sie (zum Beispiel Reactor.SP), F1 zeigt die Hilfe; Strg+Umschalt+O öffnet den eigenen Server.</translation>
        </message>
        <message>
            <source>The source did not tell: {reason}</source>
            <translation>Die Quelle hat nichts mitgeteilt: {reason}</translation>
        </message>
        <message>
            <source>the source has no such tag</source>
            <translation>die Quelle hat keine solche Variable</translation>
        </message>
        <message>
            <source>the source knows no such tag ({quality})</source>
            <translation>die Quelle kennt keine solche Variable ({quality})</translation>
        </message>
        <message>
            <source>The source tells nothing about this tag.</source>
            <translation>Die Quelle teilt über diese Variable nichts mit.</translation>
        </message>
        <message>
            <source>the source time is in the future</source>
            <translation>die Quellzeit liegt in der Zukunft</translation>
        </message>
        <message>
            <source>the source's clock is {difference}: its times are shown as they are</source>
            <translation>die Uhr der Quelle: {difference}; ihre Zeiten werden gezeigt, wie sie sind</translation>
        </message>
        <message>
            <source>the sources must be a list</source>
            <translation>die Quellen müssen eine Liste sein</translation>
        </message>
        <message>
            <source>the tag is read only</source>
            <translation>die Variable ist nur lesbar</translation>
        </message>
        <message>
            <source>the tag stands in line {number} already</source>
            <translation>die Variable steht schon in Zeile {number}</translation>
        </message>
        <message>
            <source>the tag's quality is {quality}</source>
            <translation>die Qualität der Variablen ist {quality}</translation>
        </message>
        <message>
            <source>the window could not keep up: {lost} are not shown</source>
            <translation>das Fenster kam nicht nach: {lost} sind nicht angezeigt</translation>
        </message>
        <message>
            <source>the window is closing</source>
            <translation>das Fenster wird geschlossen</translation>
        </message>
        <message>
            <source>Theme</source>
            <translation>Farbschema</translation>
        </message>
        <message>
            <source>There are no keys yet: no other program gets in. New … makes one.</source>
            <translation>Es gibt noch keine Schlüssel: Kein anderes Programm kommt hinein. Neu … legt einen an.</translation>
        </message>
        <message>
            <source>There are no names to add.</source>
            <translation>Keine Namen zum Hinzufügen.</translation>
        </message>
        <message>
            <source>there is a source named {name} already: choose another name</source>
            <translation>eine Quelle namens {name} gibt es schon: anderen Namen wählen</translation>
        </message>
        <message>
            <source>There is no function “{name}”; there are {known}.</source>
            <translation>Eine Funktion „{name}“ gibt es nicht; es gibt {known}.</translation>
        </message>
        <message>
            <source>There is no source named {name} in this workspace.</source>
            <translation>Eine Quelle namens {name} gibt es in diesem Arbeitsbereich nicht.</translation>
        </message>
        <message>
            <source>there is no value</source>
            <translation>kein Wert vorhanden</translation>
        </message>
        <message>
            <source>there is nothing to paste: copy a column of tags and one of values</source>
            <translation>nichts einzufügen: eine Spalte mit Variablen und eine mit Werten kopieren</translation>
        </message>
        <message>
            <source>These tags have different alarms: what is saved here takes the place of all of them.</source>
            <translation>Diese Variablen haben verschiedene Alarme: was hier gespeichert wird, ersetzt sie alle.</translation>
        </message>
        <message>
            <source>Thick line</source>
            <translation>Dicke Linie</translation>
        </message>
        <message>
            <source>This computer</source>
            <translation>Dieser Rechner</translation>
        </message>
        <message>
            <source>This computer has no keyring: the password is asked for each time</source>
            <translation>Dieser Rechner hat keinen Schlüsselbund: das Passwort wird jedes Mal abgefragt</translation>
        </message>
        <message>
            <source>This computer has no keyring: the password is asked for each time that Tagwatch starts.</source>
            <translation>Dieser Rechner hat keinen Schlüsselbund: das Passwort wird bei jedem Start von Tagwatch abgefragt.</translation>
        </message>
        <message>
            <source>This desktop has no place for notifications.</source>
            <translation>Dieser Desktop hat keinen Platz für Benachrichtigungen.</translation>
        </message>
        <message>
            <source>This is no expression: write numbers, [tags], + - * / and functions as in max([A], [B]).</source>
            <translation>Das ist kein Ausdruck: Zahlen, [Variablen], + - * / und Funktionen schreiben, wie in max([A], [B]).</translation>
        </message>
        <message>
            <source>This is the key “{name}”. Keep it now where its program finds it: it cannot be shown again. Whoever has it can use it.</source>
            <translation>Das ist der Schlüssel „{name}“. Bewahren Sie ihn jetzt dort auf, wo sein Programm ihn findet: Er kann nicht noch einmal gezeigt werden. Wer ihn hat, kann ihn benutzen.</translation>
        </message>
        <message>
            <source>This is the newest version: {have}.</source>
            <translation>Dies ist die neueste Version: {have}.</translation>
        </message>
        <message>
            <source>This server's certificate is not trusted yet. Compare the fingerprint with the one that the server's owner tells you; trust it only if they are the same.</source>
            <translation>Dem Zertifikat dieses Servers wird noch nicht vertraut. Den Fingerabdruck mit dem vergleichen, den der Betreiber des Servers nennt; nur vertrauen, wenn beide gleich sind.</translation>
        </message>
        <message>
            <source>This tag is read only: the source will reject a write.</source>
            <translation>Diese Variable ist nur lesbar: die Quelle wird das Schreiben ablehnen.</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>Zeit</translation>
        </message>
        <message>
            <source>Time ({zone})</source>
            <translation>Zeit ({zone})</translation>
        </message>
        <message>
            <source>Time difference</source>
            <translation>Zeitdifferenz</translation>
        </message>
        <message>
            <source>Time in states</source>
            <translation>Zeit in Zuständen</translation>
        </message>
        <message>
            <source>Time of the recording</source>
            <translation>Zeit der Aufzeichnung</translation>
        </message>
        <message>
            <source>Time of the small trends</source>
            <translation>Zeitspanne der kleinen Trends</translation>
        </message>
        <message>
            <source>Time range</source>
            <translation>Zeitbereich</translation>
        </message>
        <message>
            <source>Time range …</source>
            <translation>Zeitbereich …</translation>
        </message>
        <message>
            <source>Time sent with it</source>
            <translation>Mitgesendete Zeit</translation>
        </message>
        <message>
            <source>Time span</source>
            <translation>Zeitspanne</translation>
        </message>
        <message>
            <source>Time span: choose one, or type for example 90 s, 20 min or 2 h 30 min</source>
            <translation>Zeitspanne: eine wählen oder eingeben, zum Beispiel 90 s, 20 min oder 2 h 30 min</translation>
        </message>
        <message>
            <source>Time until the session is closed unless it is used</source>
            <translation>Zeit, bis die Sitzung geschlossen wird, falls sie nicht benutzt wird</translation>
        </message>
        <message>
            <source>Time zone</source>
            <translation>Zeitzone</translation>
        </message>
        <message>
            <source>Times</source>
            <comment>how a recording writes them</comment>
            <translation>Zeiten</translation>
        </message>
        <message>
            <source>Times</source>
            <translation>Mal</translation>
        </message>
        <message>
            <source>Times in UTC</source>
            <translation>Zeiten in UTC</translation>
        </message>
        <message>
            <source>Times raised</source>
            <translation>Auslösungen</translation>
        </message>
        <message>
            <source>To</source>
            <translation>Bis</translation>
        </message>
        <message>
            <source>to browse its database instead of a file: server, or server\instance</source>
            <translation>statt einer Datei ihre Datenbank durchsuchen: Server oder Server\Instanz</translation>
        </message>
        <message>
            <source>to browse: a tag a line, or CSV</source>
            <translation>zum Durchsuchen: eine Variable je Zeile, oder CSV</translation>
        </message>
        <message>
            <source>Tolerance</source>
            <translation>Toleranz</translation>
        </message>
        <message>
            <source>Tolerance …</source>
            <translation>Toleranz …</translation>
        </message>
        <message>
            <source>Tools</source>
            <translation>Werkzeuge</translation>
        </message>
        <message>
            <source>Topics</source>
            <translation>Themen</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>Summe</translation>
        </message>
        <message>
            <source>Trend</source>
            <translation>Trend</translation>
        </message>
        <message>
            <source>Trend plot</source>
            <translation>Trendbild</translation>
        </message>
        <message>
            <source>Trend state</source>
            <translation>Zustand des Trends</translation>
        </message>
        <message>
            <source>Trend {number}</source>
            <translation>Trend {number}</translation>
        </message>
        <message>
            <source>Trending</source>
            <translation>Trends auswerten</translation>
        </message>
        <message>
            <source>Trends</source>
            <translation>Trends</translation>
        </message>
        <message>
            <source>Trends, statistics and exports find its tags then, under the name above as their source</source>
            <translation>Trends, Statistiken und Exporte finden ihre Variablen dann, mit dem Namen oben als Quelle</translation>
        </message>
        <message>
            <source>Trouble of {session}</source>
            <translation>Störung von {session}</translation>
        </message>
        <message>
            <source>Trust this certificate</source>
            <translation>Diesem Zertifikat vertrauen</translation>
        </message>
        <message>
            <source>Trusted so far</source>
            <translation>Bisher vertraut</translation>
        </message>
        <message>
            <source>tune</source>
            <translation>Abstimmen</translation>
        </message>
        <message>
            <source>Type</source>
            <translation>Typ</translation>
        </message>
        <message>
            <source>type a new value first</source>
            <translation>zuerst einen neuen Wert eingeben</translation>
        </message>
        <message>
            <source>unable to convert string</source>
            <translation>Text nicht umwandelbar</translation>
        </message>
        <message>
            <source>uncertain</source>
            <translation>unsicher</translation>
        </message>
        <message>
            <source>uncertain: engineering units exceeded</source>
            <translation>unsicher: Messbereich überschritten</translation>
        </message>
        <message>
            <source>uncertain: last usable value</source>
            <translation>unsicher: letzter brauchbarer Wert</translation>
        </message>
        <message>
            <source>uncertain: sensor not accurate</source>
            <translation>unsicher: Sensor ungenau</translation>
        </message>
        <message>
            <source>uncertain: sub-normal</source>
            <translation>unsicher: unter Normalbetrieb</translation>
        </message>
        <message>
            <source>unconfirmed</source>
            <translation>unbestätigt</translation>
        </message>
        <message>
            <source>undefined</source>
            <translation>nicht festgelegt</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <source>Undo: {what}</source>
            <translation>Rückgängig: {what}</translation>
        </message>
        <message>
            <source>Unit</source>
            <translation>Einheit</translation>
        </message>
        <message>
            <source>unit {unit}</source>
            <translation>Einheit {unit}</translation>
        </message>
        <message>
            <source>unknown</source>
            <translation>unbekannt</translation>
        </message>
        <message>
            <source>unknown detail</source>
            <translation>unbekanntes Detail</translation>
        </message>
        <message>
            <source>unknown error</source>
            <translation>unbekannter Fehler</translation>
        </message>
        <message>
            <source>unknown: what you type is sent as text</source>
            <translation>unbekannt: die Eingabe wird als Text gesendet</translation>
        </message>
        <message>
            <source>Unnamed workspace</source>
            <translation>Unbenannter Arbeitsbereich</translation>
        </message>
        <message>
            <source>Unsaved changes</source>
            <translation>Nicht gespeicherte Änderungen</translation>
        </message>
        <message>
            <source>Unshelve</source>
            <translation>Zurückstellung aufheben</translation>
        </message>
        <message>
            <source>Until ({zone})</source>
            <translation>Bis ({zone})</translation>
        </message>
        <message>
            <source>until {time}</source>
            <translation>bis {time}</translation>
        </message>
        <message>
            <source>Until …</source>
            <translation>Bis …</translation>
        </message>
        <message>
            <source>Up</source>
            <translation>Läuft</translation>
        </message>
        <message>
            <source>urgent</source>
            <translation>dringend</translation>
        </message>
        <message>
            <source>User</source>
            <translation>Benutzer</translation>
        </message>
        <message>
            <source>User and password</source>
            <translation>Benutzer und Passwort</translation>
        </message>
        <message>
            <source>user lacks rights</source>
            <translation>Benutzer hat das Recht nicht</translation>
        </message>
        <message>
            <source>User: type a name, or choose Anonymous</source>
            <translation>Benutzer: einen Namen eingeben oder „Anonym“ wählen</translation>
        </message>
        <message>
            <source>User’s password</source>
            <translation>Passwort des Benutzers</translation>
        </message>
        <message>
            <source>Usual columns</source>
            <translation>Übliche Spalten</translation>
        </message>
        <message>
            <source>Valid</source>
            <translation>Gültig</translation>
        </message>
        <message>
            <source>Value</source>
            <translation>Wert</translation>
        </message>
        <message>
            <source>Value now</source>
            <translation>Wert jetzt</translation>
        </message>
        <message>
            <source>Value when raised</source>
            <translation>Wert bei Auslösung</translation>
        </message>
        <message>
            <source>value {number} of the array: {error}</source>
            <translation>Wert {number} des Feldes: {error}</translation>
        </message>
        <message>
            <source>values</source>
            <translation>Werte</translation>
        </message>
        <message>
            <source>values saved</source>
            <translation>Werte gesichert</translation>
        </message>
        <message>
            <source>Values that suppress</source>
            <translation>Unterdrückende Werte</translation>
        </message>
        <message>
            <source>Values to write</source>
            <translation>Zu schreibende Werte</translation>
        </message>
        <message>
            <source>values, with commas</source>
            <translation>Werte, durch Komma getrennt</translation>
        </message>
        <message>
            <source>verified</source>
            <translation>geprüft</translation>
        </message>
        <message>
            <source>verified write</source>
            <translation>geprüftes Schreiben</translation>
        </message>
        <message>
            <source>verified write needed</source>
            <translation>geprüftes Schreiben nötig</translation>
        </message>
        <message>
            <source>Verifier</source>
            <translation>Prüfer</translation>
        </message>
        <message>
            <source>verifier lacks rights</source>
            <translation>Prüfer hat das Recht nicht</translation>
        </message>
        <message>
            <source>Verifier: a second person has to verify, not the user himself</source>
            <translation>Prüfer: eine zweite Person muss prüfen, nicht der Benutzer selbst</translation>
        </message>
        <message>
            <source>Verifier’s password</source>
            <translation>Passwort des Prüfers</translation>
        </message>
        <message>
            <source>Verify</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <source>Version {version} is there; this is {have}.</source>
            <translation>Version {version} ist da; diese ist {have}.</translation>
        </message>
        <message>
            <source>very high</source>
            <translation>sehr hoch</translation>
        </message>
        <message>
            <source>very low</source>
            <translation>sehr niedrig</translation>
        </message>
        <message>
            <source>view only</source>
            <translation>nur Ansicht</translation>
        </message>
        <message>
            <source>Visible</source>
            <translation>Sichtbar</translation>
        </message>
        <message>
            <source>waiting</source>
            <translation>wartet</translation>
        </message>
        <message>
            <source>waiting for the first value</source>
            <translation>wartet auf den ersten Wert</translation>
        </message>
        <message>
            <source>waiting for worker to connect</source>
            <translation>wartet auf den Arbeitsprozess</translation>
        </message>
        <message>
            <source>Warning</source>
            <translation>Warnung</translation>
        </message>
        <message>
            <source>warning</source>
            <translation>Warnung</translation>
        </message>
        <message>
            <source>Warning text</source>
            <translation>Text der Warnung</translation>
        </message>
        <message>
            <source>warnings and errors</source>
            <translation>Warnungen und Fehler</translation>
        </message>
        <message>
            <source>was {value}</source>
            <translation>war {value}</translation>
        </message>
        <message>
            <source>Watch</source>
            <translation>Beobachten</translation>
        </message>
        <message>
            <source>Watch list</source>
            <translation>Beobachtungsliste</translation>
        </message>
        <message>
            <source>Watch lists</source>
            <translation>Beobachtungslisten</translation>
        </message>
        <message>
            <source>Weighted by time; what is bad or unknown counts for nothing. Between the cursors where both are shown.</source>
            <translation>Nach Zeit gewichtet; was schlecht oder unbekannt ist, zählt nicht. Zwischen den Cursorn, wo beide gezeigt sind.</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Was</translation>
        </message>
        <message>
            <source>What happened here?</source>
            <translation>Was ist hier geschehen?</translation>
        </message>
        <message>
            <source>What is played</source>
            <translation>Was abgespielt wird</translation>
        </message>
        <message>
            <source>What is saved here holds for all of them.</source>
            <translation>Was hier gespeichert wird, gilt für alle.</translation>
        </message>
        <message>
            <source>What is wrong</source>
            <translation>Was nicht stimmt</translation>
        </message>
        <message>
            <source>what it is for, such as the program that uses it</source>
            <translation>wofür er ist, etwa das Programm, das ihn benutzt</translation>
        </message>
        <message>
            <source>What the columns mean was guessed: look whether it is right.</source>
            <translation>Die Bedeutung der Spalten ist geraten: prüfen, ob sie stimmt.</translation>
        </message>
        <message>
            <source>What to do</source>
            <translation>Was zu tun ist</translation>
        </message>
        <message>
            <source>What was kept by itself cannot be read: {error}</source>
            <translation>Selbsttätig Gesichertes ist nicht lesbar: {error}</translation>
        </message>
        <message>
            <source>What will be written</source>
            <translation>Was geschrieben wird</translation>
        </message>
        <message>
            <source>When the key ends</source>
            <translation>Wann der Schlüssel endet</translation>
        </message>
        <message>
            <source>Whether there is a newer version could not be found out.</source>
            <translation>Ob es eine neuere Version gibt, war nicht festzustellen.</translation>
        </message>
        <message>
            <source>why; it is kept with the record of this write</source>
            <translation>Grund; wird mit dem Schreibauftrag aufbewahrt</translation>
        </message>
        <message>
            <source>will be written</source>
            <translation>wird geschrieben</translation>
        </message>
        <message numerus="yes">
            <source>Will write {count} to {sessions}, {how}; {excluded} excluded.</source>
            <translation>
                <numerusform>Schreibt {count} nach {sessions}, {how}; {excluded} ausgenommen.</numerusform>
                <numerusform>Schreibt {count} nach {sessions}, {how}; {excluded} ausgenommen.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>will write {count}, {excluded} excluded</source>
            <translation>
                <numerusform>schreibt {count}, {excluded} ausgenommen</numerusform>
                <numerusform>schreibt {count}, {excluded} ausgenommen</numerusform>
            </translation>
        </message>
        <message>
            <source>with a source time</source>
            <translation>mit Quellzeit</translation>
        </message>
        <message>
            <source>With {time}, {count} values</source>
            <translation>Mit {time}, {count} Werte</translation>
        </message>
        <message>
            <source>Within</source>
            <translation>Innerhalb von</translation>
        </message>
        <message>
            <source>Without limit</source>
            <translation>Unbegrenzt</translation>
        </message>
        <message>
            <source>without limit</source>
            <translation>unbegrenzt</translation>
        </message>
        <message>
            <source>without values</source>
            <translation>ohne Werte</translation>
        </message>
        <message>
            <source>words (good, bad)</source>
            <translation>Wörter (gut, schlecht)</translation>
        </message>
        <message>
            <source>Words in tag, unit, session or description; * stands for any text, ? for one character</source>
            <translation>Wörter in Variable, Einheit, Sitzung oder Beschreibung; * steht für beliebigen Text, ? für ein Zeichen</translation>
        </message>
        <message>
            <source>Words that are in a tag's name, path or description (Ctrl+Shift+F); * stands for any text, ? for one character; F3 goes to the next</source>
            <translation>Wörter in Name, Pfad oder Beschreibung einer Variablen (Strg+Umschalt+F); * steht für beliebigen Text, ? für ein Zeichen; F3 geht zum nächsten Fund</translation>
        </message>
        <message>
            <source>Words that are in any column (Ctrl+F); * stands for any text, ? for one character.
In one column: tag:level, value:1*, quality:bad; as all of its cell: tag:=Tank101.Level; with blanks: detail:"timed out"</source>
            <translation>Wörter in beliebigen Spalten (Strg+F); * steht für beliebigen Text, ? für ein Zeichen.
In einer Spalte: variable:level, wert:1*, qualität:schlecht; als ganze Zelle: variable:=Tank101.Level; mit Leerzeichen: detail:"timed out"</translation>
        </message>
        <message>
            <source>Worker</source>
            <translation>Arbeitsprozess</translation>
        </message>
        <message>
            <source>worker killed</source>
            <translation>Arbeitsprozess beendet</translation>
        </message>
        <message>
            <source>Workspace</source>
            <translation>Arbeitsbereich</translation>
        </message>
        <message>
            <source>Workspaces (*.tagwatch);;All files (*)</source>
            <translation>Arbeitsbereiche (*.tagwatch);;Alle Dateien (*)</translation>
        </message>
        <message>
            <source>Workstation</source>
            <translation>Arbeitsplatz</translation>
        </message>
        <message>
            <source>Write</source>
            <translation>Schreiben</translation>
        </message>
        <message>
            <source>write</source>
            <translation>schreiben</translation>
        </message>
        <message>
            <source>write accepted</source>
            <translation>Schreiben angenommen</translation>
        </message>
        <message>
            <source>write access denied</source>
            <translation>Schreibzugriff verweigert</translation>
        </message>
        <message>
            <source>Write anyway</source>
            <translation>Trotzdem schreiben</translation>
        </message>
        <message>
            <source>write complete</source>
            <translation>Schreiben abgeschlossen</translation>
        </message>
        <message>
            <source>Write form</source>
            <translation>Schreibformular</translation>
        </message>
        <message>
            <source>write form closed: nothing was sent</source>
            <translation>Schreibformular geschlossen: nichts wurde gesendet</translation>
        </message>
        <message>
            <source>Write nothing from this window, whatever is clicked</source>
            <translation>Aus diesem Fenster nichts schreiben, was immer angeklickt wird</translation>
        </message>
        <message>
            <source>Write of {tag}</source>
            <translation>Schreiben von {tag}</translation>
        </message>
        <message>
            <source>write refused: {why}</source>
            <translation>Schreiben verweigert: {why}</translation>
        </message>
        <message>
            <source>write requested{how}</source>
            <translation>Schreiben verlangt{how}</translation>
        </message>
        <message>
            <source>Write the rows that are shown to a table: .xlsx, .csv or .parquet</source>
            <translation>Die angezeigten Zeilen als Tabelle schreiben: .xlsx, .csv oder .parquet</translation>
        </message>
        <message>
            <source>Write the tag that the items' cursor is on (F2)</source>
            <translation>Die in den Variablen gewählte Variable schreiben (F2)</translation>
        </message>
        <message>
            <source>write values</source>
            <translation>Werte schreiben</translation>
        </message>
        <message>
            <source>write what would change nothing, too</source>
            <translation>auch schreiben, was nichts ändern würde</translation>
        </message>
        <message>
            <source>Write with a source time</source>
            <translation>Mit Quellzeit schreiben</translation>
        </message>
        <message numerus="yes">
            <source>Write {count} now</source>
            <translation>
                <numerusform>{count} jetzt schreiben</numerusform>
                <numerusform>{count} jetzt schreiben</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Write {count} …</source>
            <translation>
                <numerusform>{count} schreiben …</numerusform>
                <numerusform>{count} schreiben …</numerusform>
            </translation>
        </message>
        <message>
            <source>write {stage}: {words}</source>
            <translation>Schreiben {stage}: {words}</translation>
        </message>
        <message>
            <source>Write {tag}</source>
            <translation>{tag} schreiben</translation>
        </message>
        <message>
            <source>Write …</source>
            <translation>Schreiben …</translation>
        </message>
        <message>
            <source>Writes</source>
            <translation>Schreibaufträge</translation>
        </message>
        <message>
            <source>writes</source>
            <translation>Schreibaufträge</translation>
        </message>
        <message>
            <source>writes nothing</source>
            <translation>schreibt nichts</translation>
        </message>
        <message>
            <source>writes only {patterns}</source>
            <translation>schreibt nur {patterns}</translation>
        </message>
        <message>
            <source>writes tags up to {name}</source>
            <translation>schreibt Variablen bis {name}</translation>
        </message>
        <message>
            <source>Writes up to</source>
            <translation>Schreibt bis</translation>
        </message>
        <message>
            <source>Written and confirmed: the tag reads {value}{quality}.</source>
            <translation>Geschrieben und bestätigt: die Variable hat {value}{quality}.</translation>
        </message>
        <message>
            <source>written by the source, but it could not be read back: {reason}</source>
            <translation>von der Quelle geschrieben, aber nicht rücklesbar: {reason}</translation>
        </message>
        <message>
            <source>Written by the source; reading back …</source>
            <translation>Von der Quelle geschrieben; wird rückgelesen …</translation>
        </message>
        <message>
            <source>Written, but the tag reads {value}, not {requested}{quality}.</source>
            <translation>Geschrieben, aber die Variable hat {value}, nicht {requested}{quality}.</translation>
        </message>
        <message>
            <source>wrong data type</source>
            <translation>falscher Datentyp</translation>
        </message>
        <message>
            <source>wrong number of dimensions</source>
            <translation>falsche Anzahl von Dimensionen</translation>
        </message>
        <message>
            <source>year first (2026-11-25 15:00)</source>
            <translation>Jahr zuerst (2026-11-25 15:00)</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>ja</translation>
        </message>
        <message>
            <source>Your new API key</source>
            <translation>Ihr neuer API-Schlüssel</translation>
        </message>
        <message>
            <source>Zoom back</source>
            <translation>Ansicht zurück</translation>
        </message>
        <message>
            <source>Zoom forward</source>
            <translation>Ansicht vor</translation>
        </message>
        <message>
            <source>{alarm}: the deadband</source>
            <translation>{alarm}: das Totband</translation>
        </message>
        <message>
            <source>{alarm}: the limit</source>
            <translation>{alarm}: die Grenze</translation>
        </message>
        <message>
            <source>{alarm}: the off delay</source>
            <translation>{alarm}: die Ausschaltverzögerung</translation>
        </message>
        <message>
            <source>{alarm}: the on delay</source>
            <translation>{alarm}: die Einschaltverzögerung</translation>
        </message>
        <message>
            <source>{amount} ahead</source>
            <translation>{amount} voraus</translation>
        </message>
        <message>
            <source>{amount} behind</source>
            <translation>{amount} zurück</translation>
        </message>
        <message>
            <source>{client} (handle {handle})</source>
            <translation>{client} (Kennung {handle})</translation>
        </message>
        <message>
            <source>{count} active</source>
            <translation>{count} aktiv</translation>
        </message>
        <message numerus="yes">
            <source>{count} alarms</source>
            <translation>
                <numerusform>{count} Alarm</numerusform>
                <numerusform>{count} Alarme</numerusform>
            </translation>
        </message>
        <message>
            <source>{count} alarms of the workspace could not be read.</source>
            <translation>{count} Alarme des Arbeitsbereichs waren nicht lesbar.</translation>
        </message>
        <message>
            <source>{count} calls a second</source>
            <translation>{count} Aufrufe je Sekunde</translation>
        </message>
        <message>
            <source>{count} chosen</source>
            <translation>{count} gewählt</translation>
        </message>
        <message>
            <source>{count} confirmed</source>
            <translation>{count} bestätigt</translation>
        </message>
        <message numerus="yes">
            <source>{count} days</source>
            <translation>
                <numerusform>{count} Tag</numerusform>
                <numerusform>{count} Tage</numerusform>
            </translation>
        </message>
        <message>
            <source>{count} entries of the trends were left out: {first}</source>
            <translation>{count} Einträge der Trends wurden weggelassen: {first}</translation>
        </message>
        <message>
            <source>{count} entries of the watch lists were left out: {first}</source>
            <translation>{count} Einträge der Beobachtungslisten wurden weggelassen: {first}</translation>
        </message>
        <message>
            <source>{count} events</source>
            <translation>{count} Ereignisse</translation>
        </message>
        <message>
            <source>{count} instances of Tagwatch run already.</source>
            <translation>{count} Instanzen von Tagwatch laufen bereits.</translation>
        </message>
        <message>
            <source>{count} more sessions in trouble</source>
            <translation>{count} weitere Sitzungen gestört</translation>
        </message>
        <message>
            <source>{count} names are not known to their source: their rows stay, marked “not found”.</source>
            <translation>{count} Namen sind ihrer Quelle nicht bekannt: ihre Zeilen bleiben, gekennzeichnet mit „nicht gefunden“.</translation>
        </message>
        <message numerus="yes">
            <source>{count} not sent</source>
            <translation>
                <numerusform>{count} nicht gesendet</numerusform>
                <numerusform>{count} nicht gesendet</numerusform>
            </translation>
        </message>
        <message>
            <source>{count} not written</source>
            <translation>{count} nicht geschrieben</translation>
        </message>
        <message>
            <source>{count} notices</source>
            <translation>{count} Hinweise</translation>
        </message>
        <message>
            <source>{count} of {total} samples kept …</source>
            <translation>{count} von {total} Messwerten übernommen …</translation>
        </message>
        <message numerus="yes">
            <source>{count} older values coalesced</source>
            <translation>
                <numerusform>{count} älterer Wert zusammengefasst</numerusform>
                <numerusform>{count} ältere Werte zusammengefasst</numerusform>
            </translation>
        </message>
        <message>
            <source>{count} pens removed; Ctrl+Z brings them back</source>
            <translation>{count} Kurven entfernt; Strg+Z holt sie zurück</translation>
        </message>
        <message>
            <source>{count} read back as something else</source>
            <translation>{count} anders rückgelesen</translation>
        </message>
        <message numerus="yes">
            <source>{count} records read …</source>
            <translation>
                <numerusform>{count} Eintrag gelesen …</numerusform>
                <numerusform>{count} Einträge gelesen …</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows</source>
            <translation>
                <numerusform>{count} Zeile</numerusform>
                <numerusform>{count} Zeilen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows added.</source>
            <translation>
                <numerusform>{count} Zeile hinzugefügt.</numerusform>
                <numerusform>{count} Zeilen hinzugefügt.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows are in {path}</source>
            <translation>
                <numerusform>{count} Zeile steht in {path}</numerusform>
                <numerusform>{count} Zeilen stehen in {path}</numerusform>
            </translation>
        </message>
        <message>
            <source>{count} rows are too many for one bulk write: {limit} at the most</source>
            <translation>{count} Zeilen sind zu viele für ein Sammelschreiben: höchstens {limit}</translation>
        </message>
        <message numerus="yes">
            <source>{count} rows read …</source>
            <translation>
                <numerusform>{count} Zeile gelesen …</numerusform>
                <numerusform>{count} Zeilen gelesen …</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows saved in {path}</source>
            <translation>
                <numerusform>{count} Zeile in {path} gespeichert</numerusform>
                <numerusform>{count} Zeilen in {path} gespeichert</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} rows written …</source>
            <translation>
                <numerusform>{count} Zeile geschrieben …</numerusform>
                <numerusform>{count} Zeilen geschrieben …</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} samples are in the records as “{source}”</source>
            <translation>
                <numerusform>{count} Messwert steht als „{source}“ im Rekorder</numerusform>
                <numerusform>{count} Messwerte stehen als „{source}“ im Rekorder</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} samples held</source>
            <translation>
                <numerusform>{count} Messwert vorhanden</numerusform>
                <numerusform>{count} Messwerte vorhanden</numerusform>
            </translation>
        </message>
        <message>
            <source>{count} sources were added from {name}</source>
            <translation>{count} Quellen aus {name} hinzugefügt</translation>
        </message>
        <message>
            <source>{count} tags</source>
            <translation>{count} Variablen</translation>
        </message>
        <message numerus="yes">
            <source>{count} tags are looked up …</source>
            <translation>
                <numerusform>{count} Variable wird nachgeschlagen …</numerusform>
                <numerusform>{count} Variablen werden nachgeschlagen …</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} to read</source>
            <translation>
                <numerusform>{count} zu lesen</numerusform>
                <numerusform>{count} zu lesen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} values</source>
            <translation>
                <numerusform>{count} Wert</numerusform>
                <numerusform>{count} Werte</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} values are in {path}</source>
            <translation>
                <numerusform>{count} Wert steht in {path}</numerusform>
                <numerusform>{count} Werte stehen in {path}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} values read, {failed} could not be.</source>
            <translation>
                <numerusform>{count} Wert gelesen, {failed} nicht lesbar.</numerusform>
                <numerusform>{count} Werte gelesen, {failed} nicht lesbar.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} values read.</source>
            <translation>
                <numerusform>{count} Wert gelesen.</numerusform>
                <numerusform>{count} Werte gelesen.</numerusform>
            </translation>
        </message>
        <message>
            <source>{count} values since the start</source>
            <translation>{count} Werte seit dem Start</translation>
        </message>
        <message>
            <source>{count} values since the start, {rate} a second</source>
            <translation>{count} Werte seit dem Start, {rate} in der Sekunde</translation>
        </message>
        <message>
            <source>{count} without an answer</source>
            <translation>{count} ohne Rückmeldung</translation>
        </message>
        <message numerus="yes">
            <source>{count} writes</source>
            <translation>
                <numerusform>{count} Schreibauftrag</numerusform>
                <numerusform>{count} Schreibaufträge</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} writes are in {path}</source>
            <translation>
                <numerusform>{count} Schreibauftrag steht in {path}</numerusform>
                <numerusform>{count} Schreibaufträge stehen in {path}</numerusform>
            </translation>
        </message>
        <message>
            <source>{count} written but not read back</source>
            <translation>{count} geschrieben, aber nicht rückgelesen</translation>
        </message>
        <message>
            <source>{directory} cannot be written: nothing is kept of this window, and nothing tells of another one.</source>
            <translation>{directory} kann nicht beschrieben werden: von diesem Fenster wird nichts aufbewahrt, und von einem anderen ist nichts bekannt.</translation>
        </message>
        <message>
            <source>{done} of {count} sent …</source>
            <translation>{done} von {count} gesendet …</translation>
        </message>
        <message>
            <source>{done} of {count} tags are looked up …</source>
            <translation>{done} von {count} Variablen nachgeschlagen …</translation>
        </message>
        <message>
            <source>{dropped} dropped, {coalesced} coalesced</source>
            <translation>{dropped} verworfen, {coalesced} zusammengefasst</translation>
        </message>
        <message>
            <source>{error} Its earlier generation {name} was taken instead.</source>
            <translation>{error} Statt ihrer wurde die frühere Fassung {name} genommen.</translation>
        </message>
        <message>
            <source>{field}: type {kind} of {least:g} to {most:g}</source>
            <translation>{field}: {kind} von {least:g} bis {most:g} eingeben</translation>
        </message>
        <message>
            <source>{first} to {last}</source>
            <translation>{first} bis {last}</translation>
        </message>
        <message>
            <source>{found} found</source>
            <translation>{found} gefunden</translation>
        </message>
        <message>
            <source>{found} of the first {tags} tags; the rest is not read</source>
            <translation>{found} der ersten {tags} Variablen; der Rest ist nicht gelesen</translation>
        </message>
        <message>
            <source>{found} of {tags} tags</source>
            <translation>{found} von {tags} Variablen</translation>
        </message>
        <message>
            <source>{found} of {tags} tags so far</source>
            <translation>{found} von bisher {tags} Variablen</translation>
        </message>
        <message>
            <source>{found} of {tags} tags so far, waiting: {failure}</source>
            <translation>{found} von bisher {tags} Variablen, wartet: {failure}</translation>
        </message>
        <message>
            <source>{found} of {tags} tags; reading was cancelled</source>
            <translation>{found} von {tags} Variablen; das Lesen wurde abgebrochen</translation>
        </message>
        <message>
            <source>{issuer} (by itself)</source>
            <translation>{issuer} (von sich selbst)</translation>
        </message>
        <message>
            <source>{low} to {high}</source>
            <translation>{low} bis {high}</translation>
        </message>
        <message>
            <source>{low} to {high} {unit}</source>
            <translation>{low} bis {high} {unit}</translation>
        </message>
        <message>
            <source>{name} (no limit)</source>
            <translation>{name} (ohne Grenze)</translation>
        </message>
        <message>
            <source>{name} has changes that are not saved.</source>
            <translation>{name} hat Änderungen, die nicht gespeichert sind.</translation>
        </message>
        <message>
            <source>{name} is back</source>
            <translation>{name} ist zurück</translation>
        </message>
        <message>
            <source>{name} is closed; Ctrl+Z brings it back</source>
            <translation>{name} ist geschlossen; Strg+Z holt es zurück</translation>
        </message>
        <message>
            <source>{name} is to be opened, but {current} has changes that are not saved.</source>
            <translation>{name} soll geöffnet werden, aber {current} hat Änderungen, die nicht gespeichert sind.</translation>
        </message>
        <message>
            <source>{name} takes {least} to {most} values, not {count}.</source>
            <translation>{name} nimmt {least} bis {most} Werte, nicht {count}.</translation>
        </message>
        <message>
            <source>{name} was added</source>
            <translation>{name} hinzugefügt</translation>
        </message>
        <message>
            <source>{name} was deleted</source>
            <translation>{name} gelöscht</translation>
        </message>
        <message>
            <source>{name} was saved</source>
            <translation>{name} gespeichert</translation>
        </message>
        <message>
            <source>{name}: testing …</source>
            <translation>{name}: wird geprüft …</translation>
        </message>
        <message>
            <source>{number} is outside {low} to {high}, the range of {type}</source>
            <translation>{number} liegt außerhalb von {low} bis {high}, dem Bereich von {type}</translation>
        </message>
        <message>
            <source>{part} could not be restored ({reason}).</source>
            <translation>{part} konnte nicht wiederhergestellt werden ({reason}).</translation>
        </message>
        <message>
            <source>{path} cannot be brought from version {version} to {newest}: {reason}.</source>
            <translation>{path} lässt sich nicht von Version {version} auf {newest} bringen: {reason}.</translation>
        </message>
        <message>
            <source>{path} cannot be read: {reason}.</source>
            <translation>{path} kann nicht gelesen werden: {reason}.</translation>
        </message>
        <message>
            <source>{path} cannot be written: choose another place</source>
            <translation>{path} kann nicht geschrieben werden: anderen Ort wählen</translation>
        </message>
        <message>
            <source>{path} could not be written: {reason}. Save it under another name.</source>
            <translation>{path} konnte nicht geschrieben werden: {reason}. Unter anderem Namen speichern.</translation>
        </message>
        <message>
            <source>{path} has the version {version}, which no Tagwatch has written.</source>
            <translation>{path} hat die Version {version}, die kein Tagwatch geschrieben hat.</translation>
        </message>
        <message>
            <source>{path} is broken in line {line}: {reason}.</source>
            <translation>{path} ist in Zeile {line} beschädigt: {reason}.</translation>
        </message>
        <message>
            <source>{path} is broken: {reason}.</source>
            <translation>{path} ist beschädigt: {reason}.</translation>
        </message>
        <message>
            <source>{path} is not a workspace: it does not begin with "tagwatch": "workspace".</source>
            <translation>{path} ist kein Arbeitsbereich: am Anfang fehlt "tagwatch": "workspace".</translation>
        </message>
        <message>
            <source>{path} is not a workspace: it is no text.</source>
            <translation>{path} ist kein Arbeitsbereich: es ist kein Text.</translation>
        </message>
        <message>
            <source>{path} is not there.</source>
            <translation>{path} gibt es nicht.</translation>
        </message>
        <message>
            <source>{path} is too large for a bulk write</source>
            <translation>{path} ist zu groß für ein Sammelschreiben</translation>
        </message>
        <message>
            <source>{path} is too large for a workspace.</source>
            <translation>{path} ist zu groß für einen Arbeitsbereich.</translation>
        </message>
        <message>
            <source>{path} was written by a newer Tagwatch (version {version} of the file, this one knows {newest}): open it with that one.</source>
            <translation>{path} wurde von einem neueren Tagwatch geschrieben (Version {version} der Datei, dieses kennt {newest}): mit jenem öffnen.</translation>
        </message>
        <message>
            <source>{path}: {name} is no object and was left out.</source>
            <translation>{path}: {name} ist kein Objekt und wurde weggelassen.</translation>
        </message>
        <message>
            <source>{rate} events/s</source>
            <translation>{rate} Ereignisse/s</translation>
        </message>
        <message>
            <source>{role}: type a name</source>
            <translation>{role}: einen Namen eingeben</translation>
        </message>
        <message>
            <source>{session} can be written again</source>
            <translation>{session} ist wieder schreibbar</translation>
        </message>
        <message>
            <source>{session} is read-only now</source>
            <translation>{session} ist jetzt nur lesbar</translation>
        </message>
        <message>
            <source>{session} is read-only: nothing is written to it.</source>
            <translation>{session} ist nur lesbar: dorthin wird nichts geschrieben.</translation>
        </message>
        <message>
            <source>{shown} of {count} shown</source>
            <translation>{shown} von {count} angezeigt</translation>
        </message>
        <message>
            <source>{shown} of {kept} shown</source>
            <translation>{shown} von {kept} angezeigt</translation>
        </message>
        <message>
            <source>{size} are free again.</source>
            <translation>{size} sind wieder frei.</translation>
        </message>
        <message>
            <source>{size} are used</source>
            <translation>{size} sind belegt</translation>
        </message>
        <message numerus="yes">
            <source>{size} in {count} files</source>
            <translation>
                <numerusform>{size} in {count} Datei</numerusform>
                <numerusform>{size} in {count} Dateien</numerusform>
            </translation>
        </message>
        <message>
            <source>{source} is not open.</source>
            <translation>{source} ist nicht offen.</translation>
        </message>
        <message>
            <source>{source}: {count} nodes at its root</source>
            <translation>{source}: {count} Knoten an der Wurzel</translation>
        </message>
        <message>
            <source>{source}: {state}, its clock says {time}</source>
            <translation>{source}: {state}, ihre Uhr zeigt {time}</translation>
        </message>
        <message>
            <source>{start} to {stop}</source>
            <translation>{start} bis {stop}</translation>
        </message>
        <message>
            <source>{state}, was {quality}</source>
            <translation>{state}, war {quality}</translation>
        </message>
        <message>
            <source>{state}; {count} values, {missed} not held; {size}</source>
            <translation>{state}; {count} Werte, {missed} nicht vorhanden; {size}</translation>
        </message>
        <message>
            <source>{tag} was not found in the name space so far.</source>
            <translation>{tag} wurde im Adressraum bisher nicht gefunden.</translation>
        </message>
        <message>
            <source>{tag}: its session is closed.</source>
            <translation>{tag}: die Sitzung ist geschlossen.</translation>
        </message>
        <message>
            <source>{text} could mean thousands or decimals: write a point before decimals</source>
            <translation>{text} kann Tausender oder Dezimalstellen meinen: vor Dezimalstellen einen Punkt schreiben</translation>
        </message>
        <message>
            <source>{text} is neither true nor false</source>
            <translation>{text} ist weder true noch false</translation>
        </message>
        <message>
            <source>{text} is none of {known}</source>
            <translation>{text} ist keines von {known}</translation>
        </message>
        <message>
            <source>{text} is not a number</source>
            <translation>{text} ist keine Zahl</translation>
        </message>
        <message>
            <source>{text} is not a time: write local time like 2026-01-31 13:45:00, another with its offset or Z</source>
            <translation>{text} ist keine Zeit: Ortszeit schreiben wie 2026-01-31 13:45:00, andere mit Abstand zu UTC oder Z</translation>
        </message>
        <message>
            <source>{text} is not a whole number of {low} to {high}</source>
            <translation>{text} ist keine ganze Zahl von {low} bis {high}</translation>
        </message>
        <message>
            <source>{text} is not an elapsed time: write seconds, or hours:minutes:seconds</source>
            <translation>{text} ist keine Zeitdauer: Sekunden schreiben oder Stunden:Minuten:Sekunden</translation>
        </message>
        <message>
            <source>{text} is not hexadecimal: write pairs of digits, like 00 ff</source>
            <translation>{text} ist nicht hexadezimal: Ziffernpaare schreiben wie 00 ff</translation>
        </message>
        <message>
            <source>{text} is too large for a number of 64 bits</source>
            <translation>{text} ist zu groß für eine Zahl von 64 Bit</translation>
        </message>
        <message>
            <source>{text} is too large for Float, at most {limit}</source>
            <translation>{text} ist zu groß für Float, höchstens {limit}</translation>
        </message>
        <message>
            <source>{text} stands for several: write the number, one of {numbers}</source>
            <translation>{text} steht für mehrere: die Zahl schreiben, eine von {numbers}</translation>
        </message>
        <message>
            <source>{time}  ({age} ago)</source>
            <translation>{time}  (vor {age})</translation>
        </message>
        <message>
            <source>{unacknowledged} unacknowledged, {active} active</source>
            <translation>{unacknowledged} unquittiert, {active} aktiv</translation>
        </message>
        <message>
            <source>{user}, verified by {verifier}</source>
            <translation>{user}, geprüft von {verifier}</translation>
        </message>
        <message>
            <source>{value} at {time}</source>
            <translation>{value} um {time}</translation>
        </message>
        <message>
            <source>{value} is no finite number</source>
            <translation>{value} ist keine endliche Zahl</translation>
        </message>
        <message>
            <source>{value} is outside {span}</source>
            <translation>{value} liegt außerhalb des {span}</translation>
        </message>
        <message>
            <source>{value} is sent{people} …</source>
            <translation>{value} wird gesendet{people} …</translation>
        </message>
        <message>
            <source>{value} was written</source>
            <translation>{value} wurde geschrieben</translation>
        </message>
        <message>
            <source>{what} is missing</source>
            <translation>{what} fehlt</translation>
        </message>
        <message>
            <source>{what}: {count}</source>
            <translation>{what}: {count}</translation>
        </message>
        <message>
            <source>{words} It is kept as {name}.</source>
            <translation>{words} Aufbewahrt als {name}.</translation>
        </message>
        <message>
            <source>{words}, changed only</source>
            <translation>{words}, nur geänderte</translation>
        </message>
        <message>
            <source>Δ</source>
            <translation>Δ</translation>
        </message>
        <message>
            <source>“Write anyway” sends it.</source>
            <translation>„Trotzdem schreiben“ sendet es.</translation>
        </message>
        <message>
            <source>“{name}” is closed. Ctrl+Z brings it back.</source>
            <translation>„{name}“ ist geschlossen. Strg+Z holt zurück.</translation>
        </message>
        <message>
            <source>“{name}” is deleted.</source>
            <translation>„{name}“ ist gelöscht.</translation>
        </message>
        <message>
            <source>“{name}” is not known: tags stand in brackets, [{name}].</source>
            <translation>„{name}“ ist nicht bekannt: Variablen stehen in Klammern, [{name}].</translation>
        </message>
        <message>
            <source>“{name}” is revoked.</source>
            <translation>„{name}“ ist gesperrt.</translation>
        </message>
        <message>
            <source>“{part}” has no place in an expression.</source>
            <translation>„{part}“ hat in einem Ausdruck keinen Platz.</translation>
        </message>
        <message>
            <source>“{text}” is no number of calls a second.</source>
            <translation>„{text}“ ist keine Zahl von Aufrufen je Sekunde.</translation>
        </message>
        <message>
            <source>“{text}” is no time span: type for example 90 s, 20 min, 2 h 30 min or 1:30</source>
            <translation>„{text}“ ist keine Zeitspanne: zum Beispiel 90 s, 20 min, 2 h 30 min oder 1:30 eingeben</translation>
        </message>
        <message>
            <source>… {count} older events were dropped: they came while the log was paused</source>
            <translation>… {count} ältere Ereignisse wurden verworfen: sie kamen, während das Protokoll angehalten war</translation>
        </message>
        <message>
            <source>≈: of a part of the time nothing is known, or what is known is bad</source>
            <translation>≈: von einem Teil der Zeit ist nichts bekannt, oder das Bekannte ist schlecht</translation>
        </message>
        <message>
            <source>▲ The server shows ANOTHER certificate than the one that was trusted. Somebody may stand between you and the server. Trust it only if the server's owner says that it was renewed, and tells you this fingerprint.</source>
            <translation>▲ Der Server zeigt ein ANDERES Zertifikat als das, dem vertraut wurde. Jemand kann zwischen diesem Rechner und dem Server stehen. Nur vertrauen, wenn der Betreiber des Servers die Erneuerung bestätigt und diesen Fingerabdruck nennt.</translation>
        </message>
        <message>
            <source>▶ Following</source>
            <translation>▶ Folgt</translation>
        </message>
        <message>
            <source>○ not recording</source>
            <translation>○ zeichnet nicht auf</translation>
        </message>
        <message>
            <source>○ recorded elsewhere</source>
            <translation>○ anderswo aufgezeichnet</translation>
        </message>
        <message>
            <source>○ recorder starts</source>
            <translation>○ Rekorder startet</translation>
        </message>
        <message>
            <source>● recording</source>
            <translation>● zeichnet auf</translation>
        </message>
        <message>
            <source>✓ Nothing is recorded yet.</source>
            <translation>✓ Noch ist nichts aufgezeichnet.</translation>
        </message>
        <message>
            <source>✓ {count} records, all as they were written. Fingerprint {fingerprint}</source>
            <translation>✓ {count} Einträge, alle wie geschrieben. Fingerabdruck {fingerprint}</translation>
        </message>
        <message>
            <source>✕ not recording</source>
            <translation>✕ zeichnet nicht auf</translation>
        </message>
        <message>
            <source>✕ not recording: no room</source>
            <translation>✕ zeichnet nicht auf: kein Platz</translation>
        </message>
        <message>
            <source>✕ Nothing can be written: {reason}</source>
            <translation>✕ Nichts kann geschrieben werden: {reason}</translation>
        </message>
        <message>
            <source>✕ The record is damaged: {reason}</source>
            <translation>✕ Die Aufzeichnung ist beschädigt: {reason}</translation>
        </message>
        <message>
            <source>❚❚ Paused — {count} new{lost}, End to resume</source>
            <translation>❚❚ Angehalten — {count} neue{lost}, Ende zum Fortsetzen</translation>
        </message>
        <message>
            <source>❚❚ {count} new{lost}</source>
            <translation>❚❚ {count} neue{lost}</translation>
        </message>
        <message>
            <source>⟲ Replay, not live: {name}</source>
            <translation>⟲ Wiedergabe, nicht live: {name}</translation>
        </message>
        <message>
            <source>⟲ {name}, replay</source>
            <translation>⟲ {name}, Wiedergabe</translation>
        </message>
    </context>
</TS>
