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
        <source>Reset layout</source>
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
        <source>Cancel</source>
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
</context>
</TS>
