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
        <extracomment>Grows when the panes change so much that a kept layout no longer fits. What the frame of a window takes of a screen. Menu, tools and status bar.</extracomment>
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
        <source>{directory} cannot be written: Tagwatch keeps its settings there.</source>
        <extracomment>A path of a socket may not be longer on any system. How many instances may run beside the first.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tagwatch runs already. Close it first, or start another one beside it with --new-instance.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} instances of Tagwatch run already.</source>
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
</context>
</TS>
