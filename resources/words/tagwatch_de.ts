<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>nothing lost</source>
        <extracomment>A session to open at the start: source, name, tags to watch, those of them that are trended.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{dropped} dropped, {coalesced} coalesced</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <extracomment>By the object name of a pane.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Tagwatch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tagwatch {version}: a desktop monitor for process tags.
MIT licence. Icons: Lucide, ISC licence.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find tags</source>
        <extracomment>Somebody looks for something: an index is wanted.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a session first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the session is closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>session closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the worker of {session} at once? Its session is closed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kill worker</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>worker killed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not connected: the server&apos;s certificate is not trusted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the password of {user} is asked for: open it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keyring did not take the password: it will be asked for again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>server certificate trusted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>(since {time})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, next attempt {time}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Panes</source>
        <extracomment>Grows when the panes change so much that a kept layout no longer fits. What the frame of a window takes of a screen. Of what lists and trends share. Menu, tools and status bar.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>Items</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Event log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open OPC UA …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open simulated plant</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add to trend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Properties</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find in the event log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Times in UTC</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause the trend and the log, or follow again (Space)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the newest values and events again (End)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lock panes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset layout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The layout of the panes is of another version: it stays as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Watch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find tags: name, path, description, * and ?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words that are in a tag&apos;s name, path or description (Ctrl+Shift+F); * stands for any text, ? for one character; F3 goes to the next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State of the search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open OPC UA server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State of the connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as the address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>start a new worker after a fault</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connecting …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read no further; what is read can be searched</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the source&apos;s tags once more, from the beginning (F5)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a session that is ready to find its tags.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>; {count} folders were not told: {failure}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing found so far …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No tag has these words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tagwatch help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find in the help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Topics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a session that is ready to see its items.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Browse again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The language changes with the next start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No source of this workspace is named by {tags}; there are {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no source named {name} in this workspace.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not connected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open recent</source>
        <extracomment>Looking for changes may take this share of the time, whatever the lists hold. Parts that change by themselves, or by looking around: they are kept, but nobody is told that they are unsaved.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open workspace …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Safe mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unnamed workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The simulated plant and this computer are live. Double-click a tag to trend it, press F2 to write it (try Reactor.SP), F1 for help; Ctrl+Shift+O opens your own server.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the last workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Safe mode: nothing was opened. The workspace that was open last is as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a workspace without a name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes of {name} were not saved when Tagwatch was closed ({time}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tagwatch did not come to its end in order. Of {name} it had kept what there was at {time}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take it over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is to be opened, but {current} has changes that are not saved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save, then open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open without saving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{part} could not be restored ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved in {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>; what could not be read there is kept as {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unsaved changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has changes that are not saved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address</source>
        <extracomment>Options that have a field here; others are kept as they are.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Security</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None: nothing is signed or encrypted, and the server is not known for sure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Login</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>User</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep the password in the keyring of this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>allow the password to be sent unencrypted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer has no keyring: the password is asked for each time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>User: type a name, or choose Anonymous</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address: {scheme}:// is not OPC UA over TCP; it starts with {known}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address: type the server&apos;s address, like {example}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address: there must be no space in it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address: {why}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address: a user name does not belong here; use the login below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address: the host&apos;s name is missing, like {example}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it cannot be read ({reason})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep it in the keyring of this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer has no keyring: the password is asked for each time that Tagwatch starts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tagwatch runs already. Close it first, or start another one beside it with --new-instance.</source>
        <extracomment>A path of a socket may not be longer on any system. How many instances may run beside the first.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} instances of Tagwatch run already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{directory} cannot be written: nothing is kept of this window, and nothing tells of another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>process {process} on {host}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>another process</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tagwatch runs already ({who}), but does not answer. Wait until it does, end it, or start another one beside it with --new-instance.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a source must be an object with name and backend, not {entry}</source>
        <extracomment>Options that are secrets, of whatever backend: they go to the keyring or are asked for.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a source has no name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>source {name}…: the name is too long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>source {name}: the backend {backend} is not known; known are {known}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>source {name}: options must be an object</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>source {name}: restart and open_at_start must be true or false</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is a source named {name} already: choose another name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the sources must be a list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>source {name}: a password stood in the file; it was left out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Message</source>
        <extracomment>What stands on a button, and what it does. The bar goes with the press.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{error} Its earlier generation {name} was taken instead.</source>
        <extracomment>Version -&gt; what makes the next one of it.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is too large for a workspace.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not a workspace: it is no text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is broken in line {line}: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is broken: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not a workspace: it does not begin with &quot;tagwatch&quot;: &quot;workspace&quot;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} has the version {version}, which no Tagwatch has written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} was written by a newer Tagwatch (version {version} of the file, this one knows {newest}): open it with that one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be brought from version {version} to {newest}: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: {name} is no object and was left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} could not be written: {reason}. Save it under another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Watch lists</source>
        <extracomment>More rows than this are not taken at once: nobody pastes so many on purpose.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add tags …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Watch list</source>
        <extracomment>Selections of more rows than this are let go when everything is told anew.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>List {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>remove rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>new list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>duplicate a list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>close “{name}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is closed. Ctrl+Z brings it back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A list needs a name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another list has this name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rename a list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was pasted: {problem}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no names to add.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was added: a list holds {most} rows at the most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was added: open a source first, or write its name before the tag (Plant:Tank).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>add rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} rows added.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 row added.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>move rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>change a comment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>add a comment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>change a number format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>change a computed row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{source} is not open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} values read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} values read, {failed} could not be.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} entries of the watch lists were left out: {first}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not watched</source>
        <extracomment>Tags in one command: the worker answers before it takes the next, and nobody waits long behind it.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The item was removed. F5 watches it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The expression is empty.</source>
        <extracomment>Whole numbers stay exact up to this; what is larger is refused, for it could be made to grow for ever.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The expression is longer than {count} characters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The expression has too many parts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A parenthesis is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is no expression: write numbers, [tags], + - * / and functions as in max([A], [B]).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A quotation mark is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A tag&apos;s name is missing in [ ].</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A bracket ] is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The expression is nested too deeply.</source>
        <extracomment>Name -&gt; (function, least and most arguments).</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{part}” has no place in an expression.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is not known: tags stand in brackets, [{name}].</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no function “{name}”; there are {known}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} takes {least} to {most} values, not {count}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>OK</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One a line, or separated by tabs or commas; “source:” before a name where it is of another source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Computed row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as the expression</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expression</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of tags that have no “source:” before their names</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made of {tags}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A constant: no tag is in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tolerance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Absolute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the old value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A number is unchanged while it is off by no more than either. 0 and 0 tell every change.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 name is not known to its source: its row stays, marked “not found”.</source>
        <extracomment>An order by values is renewed this often. Rows that change on the screen are told one by one up to so many. Rows come and go as ranges up to so many ranges; beyond it everything is told anew. With more events than this in a frame, small curves take the newest value of each item.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} names are not known to their source: their rows stay, marked “not found”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting</source>
        <extracomment>By which a workspace knows them. Change with the values, so that an order by them has to be renewed.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{state}, was {quality}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not live, was {quality}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no value yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>source {time}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>received {time}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no value of {names}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>an input is no number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not in it</source>
        <extracomment>What a snapshot knows a row by: (source, tag), or (&quot;=&quot;, expression).</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>was {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close (Ctrl+Z brings it back)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names of the watch lists</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter of the list</source>
        <extracomment>A list keeps so many snapshots; the oldest goes.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter: text, * and ?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words in tag, unit, session or description; * stands for any text, ? for one character</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all but good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste names</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Computed row …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{shown} of {count} shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take a snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tolerance …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show only what has changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No comparison</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With {time}, {count} values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compared with {time}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{words}, changed only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time of the small trends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Usual columns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open {source}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comment above</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns of the watch list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The list is sorted: click the column&apos;s head until the mark is gone, then move rows.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
