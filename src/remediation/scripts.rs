//! `commands.sh` and `commands.ps1`: both ways as commands. Neither runs anything unless it is told which way.

use super::plan::RemediationPlan;
use super::quote::shown;
use std::fmt::Write;

/// The script for `bash`.
pub(crate) fn bash(plan: &RemediationPlan) -> String {
    let mut text = String::from(
        "#!/usr/bin/env bash\n\
         # Carries out the plan of this folder; README.md says what it needs.\n\
         #   bash commands.sh tasks        creates the remediation tasks: the recommended way\n\
         #   bash commands.sh deployments  deploys the templates: the other way\n\
         set -euo pipefail\n\
         cd \"$(dirname \"${BASH_SOURCE[0]}\")\"\n\
         # Git Bash on Windows would take the ids for paths of files.\n\
         export MSYS_NO_PATHCONV=1\n\
         \n\
         tasks() {\n\
         \x20 :\n",
    );
    for task in &plan.tasks {
        for note in &task.notes {
            let _ = writeln!(text, "  # {}", shown(note));
        }
        let _ = writeln!(text, "  {}", task.bash());
    }
    text.push_str("}\n\ndeployments() {\n  :\n");
    for template in &plan.templates {
        for (name, what) in &template.secrets {
            let _ = writeln!(text, "  # asks for {name}: {}", shown(what));
        }
        let _ = writeln!(text, "  {}", template.bash());
    }
    text.push_str(
        "}\n\
         \n\
         case \"${1:-}\" in\n\
         \x20 tasks) tasks ;;\n\
         \x20 deployments) deployments ;;\n\
         \x20 *)\n\
         \x20   echo 'usage: bash commands.sh tasks|deployments' >&2\n\
         \x20   exit 2\n\
         \x20   ;;\n\
         esac\n",
    );
    text
}

/// The script for PowerShell.
pub(crate) fn powershell(plan: &RemediationPlan) -> String {
    let mut text = String::from(
        "# Carries out the plan of this folder; README.md says what it needs.\n\
         #   ./commands.ps1 tasks        creates the remediation tasks: the recommended way (Az.PolicyInsights)\n\
         #   ./commands.ps1 deployments  deploys the templates: the other way (az)\n\
         param([Parameter(Mandatory)][ValidateSet('tasks', 'deployments')][string] $Way)\n\
         \n\
         $ErrorActionPreference = 'Stop'\n\
         $PSNativeCommandUseErrorActionPreference = $true\n\
         Set-Location -LiteralPath $PSScriptRoot\n\
         \n\
         if ($Way -eq 'tasks') {\n",
    );
    for task in &plan.tasks {
        for note in &task.notes {
            let _ = writeln!(text, "    # {}", shown(note));
        }
        let _ = writeln!(text, "    {}", task.powershell());
    }
    text.push_str("}\n\nif ($Way -eq 'deployments') {\n");
    for template in &plan.templates {
        for (name, what) in &template.secrets {
            let _ = writeln!(text, "    # asks for {name}: {}", shown(what));
        }
        let _ = writeln!(text, "    {}", template.powershell());
    }
    text.push_str("}\n");
    text
}
