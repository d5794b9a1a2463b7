<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Export</name>
    <message numerus="yes">
        <source>%n row(s) exported</source>
        <translation>
            <numerusform>%n row exported</numerusform>
            <numerusform>%n rows exported</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Formats</name>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) ago</source>
        <translation>
            <numerusform>%n day ago</numerusform>
            <numerusform>%n days ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation>
            <numerusform>%n day left</numerusform>
            <numerusform>%n days left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>ended %n day(s) ago</source>
        <translation>
            <numerusform>ended %n day ago</numerusform>
            <numerusform>ended %n days ago</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Health</name>
    <message numerus="yes">
        <source>%n with a problem</source>
        <translation>
            <numerusform>%n with a problem</numerusform>
            <numerusform>%n with a problem</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not looked at yet</source>
        <translation>
            <numerusform>%n not looked at yet</numerusform>
            <numerusform>%n not looked at yet</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Holds</name>
    <message numerus="yes">
        <source>Delete %n item(s) on the other side?</source>
        <translation>
            <numerusform>Delete %n item on the other side?</numerusform>
            <numerusform>Delete %n items on the other side?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Keep %n item(s)?</source>
        <translation>
            <numerusform>Keep %n item?</numerusform>
            <numerusform>Keep %n items?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Lists</name>
    <message numerus="yes">
        <source>%n item(s)</source>
        <translation>
            <numerusform>%n item</numerusform>
            <numerusform>%n items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message numerus="yes">
        <source>%n matched</source>
        <translation>
            <numerusform>%n matched</numerusform>
            <numerusform>%n matched</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n created</source>
        <translation>
            <numerusform>%n created</numerusform>
            <numerusform>%n created</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n changed</source>
        <translation>
            <numerusform>%n changed</numerusform>
            <numerusform>%n changed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unclear</source>
        <translation>
            <numerusform>%n unclear</numerusform>
            <numerusform>%n unclear</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n e-mail(s)</source>
        <translation>
            <numerusform>%n e-mail</numerusform>
            <numerusform>%n e-mails</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Setup</name>
    <message numerus="yes">
        <source>%n user(s) with a seat</source>
        <translation>
            <numerusform>%n user with a seat</numerusform>
            <numerusform>%n users with a seat</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sync</name>
    <message numerus="yes">
        <source>%n subscription(s) at Microsoft</source>
        <translation>
            <numerusform>%n subscription at Microsoft</numerusform>
            <numerusform>%n subscriptions at Microsoft</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Users</name>
    <message numerus="yes">
        <source>&amp;Add %n user(s)</source>
        <translation>
            <numerusform>&amp;Add %n user</numerusform>
            <numerusform>&amp;Add %n users</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n done</source>
        <translation>
            <numerusform>%n done</numerusform>
            <numerusform>%n done</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n refused</source>
        <translation>
            <numerusform>%n refused</numerusform>
            <numerusform>%n refused</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Take the seat from %n user(s)?</source>
        <translation>
            <numerusform>Take the seat from %n user?</numerusform>
            <numerusform>Take the seat from %n users?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Remove %n user(s)?</source>
        <translation>
            <numerusform>Remove %n user?</numerusform>
            <numerusform>Remove %n users?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n user(s) changed</source>
        <translation>
            <numerusform>%n user changed</numerusform>
            <numerusform>%n users changed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n registration(s) decided</source>
        <translation>
            <numerusform>%n registration decided</numerusform>
            <numerusform>%n registrations decided</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Items of this user (%n)</source>
        <translation>
            <numerusform>&amp;Items of this user (%n)</numerusform>
            <numerusform>&amp;Items of this user (%n)</numerusform>
        </translation>
    </message>
</context>
</TS>
