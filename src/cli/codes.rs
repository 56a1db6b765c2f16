//! The codes of this room: `AZP14xx`, what was typed.

use crate::source::codes;

codes! {
    /// `azpol explain` of a code that doesn't exist.
    UNKNOWN_CODE = "AZP1401" "unknown-code" Error;
    /// A variable of the environment with a value that isn't one of its words.
    BAD_VARIABLE = "AZP1402" "bad-variable" Error;
    /// An `azpol.yaml` that holds several documents.
    SEVERAL_DOCUMENTS = "AZP1403" "several-documents" Error;
    /// A time on the command line that is none.
    BAD_TIME = "AZP1404" "bad-time" Error;
    /// What should be a folder isn't one.
    NOT_A_FOLDER = "AZP1405" "not-a-folder" Error;
    /// A manifest is there already.
    MANIFEST_EXISTS = "AZP1406" "manifest-exists" Error;
    /// A flag of `azpol manifest` names a file that the folder doesn't hold.
    UNKNOWN_FILE = "AZP1407" "unknown-file" Error;
    /// A scope on the command line of `azpol manifest` that is none.
    BAD_SCOPE = "AZP1408" "bad-scope" Error;
    /// A folder that azpol should fill holds something.
    NOT_EMPTY = "AZP1409" "not-empty" Error;
    /// A result that can't be written.
    NOT_WRITTEN = "AZP1410" "not-written" Error;
    /// A flag says two things of one file.
    SAID_TWICE = "AZP1411" "said-twice" Error;
    /// A resource type on the command line of `azpol manifest` that is none.
    BAD_TYPE = "AZP1412" "bad-type" Error;
    /// `azpol eval` without an expression, and not on a terminal.
    NO_EXPRESSION = "AZP1430" "no-expression" Error;
    /// A flag of `azpol eval` that gives a fact which is none.
    BAD_FACT = "AZP1431" "bad-fact" Error;
    /// A template that azpol can't read, beside which an expression should stand.
    BAD_TEMPLATE = "AZP1432" "bad-template" Error;
    /// `azpol explain` of a resource that isn't among the inputs.
    NO_RESOURCE = "AZP1433" "no-such-resource" Error;
    /// `azpol explain` of a name that several resources have.
    SEVERAL_RESOURCES = "AZP1434" "several-resources" Error;
}
