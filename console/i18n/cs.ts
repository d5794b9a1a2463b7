<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="cs" sourcelanguage="en">
<context>
    <name>Account</name>
    <message>
        <source>Change the &amp;password…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>through Microsoft Entra ID</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>with a local password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Signed in {0}, until {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second factor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A code from an authenticator on your phone, asked for at each sign-in with the password.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where you are signed in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this console</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Since</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;End the session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The password is changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn it off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn it on…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn the second factor off?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The password alone will then be enough to sign in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sign in anew first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changing how one signs in needs a fresh sign-in with the password: sign out and in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Code from the authenticator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Code from the authenticator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1. Add an account in the authenticator and type this key:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>2. Type the code that it shows:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Turn on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The second factor is on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep these codes in a safe place. Each signs you in once if you lose the phone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I have them</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Cards</name>
    <message>
        <source>Show what is behind the number</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Chart</name>
    <message>
        <source>No data yet</source>
        <extracomment>A horizontal line with its words. The least height of the scale.</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Export to CSV</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CSV files (*.csv)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the list…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of {1} rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) exported</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>The file could not be written: {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Fields</name>
    <message>
        <source>On</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Finder</name>
    <message>
        <source>Enter chooses, Escape closes</source>
        <extracomment>What the server knows for a text that was typed; runs on a job thread.</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Formats</name>
    <message>
        <source>{0} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} h</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>never</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>just now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} ago</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>ends today</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>ended %n day(s) ago</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Forms</name>
    <message>
        <source>&amp;Save</source>
        <extracomment>Whether something differs from what was loaded.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was saved. What you typed is still here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Code for support: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Somebody else saved: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take theirs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save mine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Somebody changed this meanwhile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your values are still here. Choose which should stand.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Health</name>
    <message>
        <source>no calendar was read yet</source>
        <extracomment>The promise: a change arrives within so many seconds.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>slower than the promised {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>typically {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Age of calendars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing waits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>oldest waits since {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n with a problem</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>all in order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Synchronised users</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held deletions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>wait for your decision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Items set aside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tried again by themselves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a value lost, it can be restored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Synchronised items</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>last pass {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Secret of the app registration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Certificate of the app registration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notifications from Microsoft</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Lists</name>
    <message>
        <source>Nothing here</source>
        <extracomment>Only in the context menu. Enter or double click on a row. Rows are there: how many fit the query.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing of this kind yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export to CSV</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>List</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Updated {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n item(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing fits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing corresponds to the search and the filters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you see is from the last successful loading.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Code for support: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message>
        <source>Firm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Age of calendars</source>
        <extracomment>An end that is further away needs no line here.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All states</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Severity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Since</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What to do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Carried over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Period of the charts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last 6 hours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last 24 hours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How old our knowledge of the calendars was; lower is better.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes written each way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Charts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Working now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} refuses us</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>promised {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>95 % of readings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>median</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to Outlook</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to Raynet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;All firms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A&amp;lerts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Health</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No firm yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add the first one in the section Firms; a guide leads through its set-up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing that needs you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Go to the remedy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I &amp;know of it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Password</name>
    <message>
        <source>Current password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New password again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Change the password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At least 15 characters; a sentence is easier to remember than a puzzle.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The new password was not typed twice in the same way.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sections</name>
    <message>
        <source>Overview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Server</name>
    <message>
        <source>Address of the server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose an own &amp;certificate file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not use it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;ontinue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Address of the server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File with the certificate of your authority</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file holds no certificate in the PEM form</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask your administrator for the certificate in Base-64 (PEM).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Also trusted: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing answers there. Check the address, the network and the VPN.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server&apos;s certificate is not trusted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Issued to: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Issued by: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Valid: {0} – {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SHA-256 fingerprint:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter the address of the server.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is no address of a server.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The address must begin with https:// – passwords would travel readable.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer has no key store, so the sign-in lasts until the console is closed. On Linux, a running Secret Service (GNOME Keyring, KWallet) is enough.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the key store of this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language and appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version of the server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version of the console</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sign-in is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>M&amp;y account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Console</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Shell</name>
    <message>
        <source>Choose a firm…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which firm?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This section belongs to one firm. Choose it here or at the top of the window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to…   Ctrl+K</source>
        <extracomment>A renewal by the clock takes at most a twentieth of the time.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>My account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a firm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Firm: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Firm {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server does not answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you see may be old. The console keeps trying; nothing you typed is lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Central administrator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Auditor – reading only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Administrator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raynet ⇄ Outlook</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer has no key store: the next start will ask you to sign in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something is not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes in {0} are not saved and would be lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raynet ⇄ Outlook – console</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SignIn</name>
    <message>
        <source>Sign in again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your session has ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sign in to go on where you were. Nothing of what you typed is lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another server…</source>
        <extracomment>The credentials are asked for.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Console {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for the server…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which server?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The address of your synchronisation server, as your administrator gave it to you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose your password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The one you were given is for the first sign-in only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Login</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verification code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>only if you use an authenticator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Sign in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sign in with &amp;Microsoft Entra ID</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>or</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Login</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Password</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verification &amp;code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter the login and the password.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue in the browser</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A window of your browser has opened. Sign in there, then come back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sign-in was not accepted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the login and the password. If you use an authenticator, enter its current code too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Entra ID did not sign you in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It said: {0}. Try again, or use a local account.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Signing in…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <source>In order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Action needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Valid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ends soon</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ended – grace period</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Synchronised</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not looked at yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without a seat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Released</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not in Microsoft 365</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No mailbox</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No access</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not in Raynet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outside the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything carried over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Working</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without a licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Access refused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Information</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Critical</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Task</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Meeting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Phone call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Letter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Troubles</name>
    <message>
        <source>The server&apos;s certificate is not trusted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The console and the server do not understand each other</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are of versions that do not fit together. Update the console from your administrator&apos;s download page, or try again after the server was updated.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The console made a mistake</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was changed by it. Try again; if it comes back, tell support.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection broke before the answer came, so it is not known whether the change was saved. What you typed is still here; trying again is safe.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It took too long to answer. Nothing was lost; try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the network, the VPN and the address of the server. The console keeps trying by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server cannot be reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your session has ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You have no rights to this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is not here any more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Somebody changed this meanwhile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Too many attempts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A value was not accepted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server has a problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server refused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is signed by itself. If that is intended, compare the fingerprint with your administrator and choose the file with the certificate below.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its issuer is not known to this computer. If your company has an own authority, choose the file with its certificate below.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It has expired. The administrator of the server must renew it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is not valid yet. Check the clock of this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It belongs to another name. Check the address; somebody may be standing in between.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It could not be verified.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
