//! The types of a mixed inventory: the sixty that built-in definitions name most often in their conditions, with what
//! a resource of each may have.

/// A path below `properties`, and the values that may stand there, as JSON. Often none of them does.
pub(super) type Choice = (&'static str, &'static [&'static str]);

/// A type.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) resource_type: &'static str,
    /// What the resource's `kind` says.
    pub(super) flavour: &'static str,
    /// What `sku.name` says.
    pub(super) sku: Option<&'static str>,
    /// Whether its resources have a location.
    pub(super) located: bool,
    pub(super) choices: &'static [Choice],
}

/// What resources of any type may have.
pub(super) const COMMON: &[Choice] = &[
    ("publicNetworkAccess", &[r#""Enabled""#, r#""Disabled""#]),
    ("disableLocalAuth", &["true", "false"]),
    (
        "privateEndpointConnections",
        &["[]", r#"[{"properties":{"privateLinkServiceConnectionState":{"status":"Approved"}}}]"#],
    ),
];

const fn kind(
    resource_type: &'static str,
    flavour: &'static str,
    sku: Option<&'static str>,
    choices: &'static [Choice],
) -> Kind {
    Kind { resource_type, flavour, sku, located: true, choices }
}

/// All of them.
pub(super) const KINDS: &[Kind] = &[
    kind(
        "Microsoft.Compute/virtualMachines",
        "",
        None,
        &[
            (
                "storageProfile.imageReference",
                &[
                    r#"{"publisher":"MicrosoftWindowsServer","offer":"WindowsServer","sku":"2022-datacenter","version":"latest"}"#,
                    r#"{"publisher":"Canonical","offer":"UbuntuServer","sku":"18.04-LTS","version":"latest"}"#,
                ],
            ),
            ("storageProfile.osDisk.osType", &[r#""Windows""#, r#""Linux""#]),
            ("osProfile.linuxConfiguration.disablePasswordAuthentication", &["true", "false"]),
            ("osProfile.windowsConfiguration.enableAutomaticUpdates", &["true", "false"]),
            ("securityProfile.encryptionAtHost", &["true", "false"]),
            ("hardwareProfile.vmSize", &[r#""Standard_D2s_v5""#, r#""Standard_B2ms""#]),
        ],
    ),
    kind(
        "Microsoft.HybridCompute/machines",
        "",
        None,
        &[
            ("osName", &[r#""windows""#, r#""linux""#]),
            ("osType", &[r#""windows""#, r#""linux""#]),
            ("status", &[r#""Connected""#, r#""Disconnected""#]),
        ],
    ),
    kind(
        "Microsoft.Web/sites",
        "app",
        Some("Standard"),
        &[
            ("httpsOnly", &["true", "false"]),
            ("clientCertEnabled", &["true", "false"]),
            ("siteConfig.minTlsVersion", &[r#""1.0""#, r#""1.2""#]),
            ("siteConfig.ftpsState", &[r#""AllAllowed""#, r#""Disabled""#]),
            ("siteConfig.linuxFxVersion", &[r#""NODE|18-lts""#, r#""PYTHON|3.12""#, r#""""#]),
            ("virtualNetworkSubnetId", &["null"]),
        ],
    ),
    kind("Microsoft.ConnectedVMwarevSphere/virtualMachines", "", None, &[]),
    kind(
        "Microsoft.Compute/virtualMachineScaleSets",
        "",
        Some("Standard_D2s_v5"),
        &[
            (
                "virtualMachineProfile.storageProfile.imageReference",
                &[r#"{"publisher":"Canonical","offer":"UbuntuServer","sku":"18.04-LTS","version":"latest"}"#],
            ),
            ("virtualMachineProfile.storageProfile.osDisk.osType", &[r#""Windows""#, r#""Linux""#]),
        ],
    ),
    kind(
        "Microsoft.Network/privateEndpoints",
        "",
        None,
        &[(
            "privateLinkServiceConnections",
            &[
                r#"[{"name":"c","properties":{"privateLinkServiceId":"/subscriptions/x/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a","groupIds":["blob"]}}]"#,
                r#"[{"name":"c","properties":{"privateLinkServiceId":"/subscriptions/x/resourceGroups/g/providers/Microsoft.KeyVault/vaults/a","groupIds":["vault"]}}]"#,
            ],
        )],
    ),
    kind(
        "Microsoft.ContainerService/managedClusters",
        "",
        Some("Base"),
        &[
            ("enableRBAC", &["true", "false"]),
            ("apiServerAccessProfile.enablePrivateCluster", &["true", "false"]),
            ("apiServerAccessProfile.authorizedIPRanges", &[r#"["203.0.113.0/24"]"#, "[]"]),
            ("addonProfiles", &[r#"{"azurepolicy":{"enabled":true}}"#, r#"{"omsagent":{"enabled":false}}"#]),
            (
                "agentPoolProfiles",
                &[
                    r#"[{"name":"n","enableEncryptionAtHost":true,"osType":"Linux"}]"#,
                    r#"[{"name":"n","enableEncryptionAtHost":false},{"name":"w","osType":"Windows"}]"#,
                ],
            ),
        ],
    ),
    kind(
        "Microsoft.Web/sites/slots",
        "functionapp",
        None,
        &[("httpsOnly", &["true", "false"]), ("clientCertEnabled", &["true", "false"])],
    ),
    kind(
        "Microsoft.Storage/storageAccounts",
        "StorageV2",
        Some("Standard_LRS"),
        &[
            ("supportsHttpsTrafficOnly", &["true", "false"]),
            ("minimumTlsVersion", &[r#""TLS1_0""#, r#""TLS1_2""#]),
            ("allowBlobPublicAccess", &["true", "false"]),
            ("allowSharedKeyAccess", &["true", "false"]),
            (
                "networkAcls",
                &[
                    r#"{"defaultAction":"Allow","bypass":"AzureServices","ipRules":[],"virtualNetworkRules":[]}"#,
                    r#"{"defaultAction":"Deny","bypass":"None","ipRules":[{"value":"203.0.113.7","action":"Allow"}],"virtualNetworkRules":[]}"#,
                ],
            ),
            ("encryption.keySource", &[r#""Microsoft.Storage""#, r#""Microsoft.Keyvault""#]),
            ("isHnsEnabled", &["true", "false"]),
        ],
    ),
    kind(
        "Microsoft.Sql/servers",
        "",
        None,
        &[
            ("minimalTlsVersion", &[r#""1.0""#, r#""1.2""#]),
            (
                "administrators",
                &[r#"{"azureADOnlyAuthentication":true}"#, r#"{"azureADOnlyAuthentication":false}"#],
            ),
            ("restrictOutboundNetworkAccess", &[r#""Enabled""#, r#""Disabled""#]),
        ],
    ),
    kind("Microsoft.DBforPostgreSQL/flexibleServers", "", None, &[]),
    kind("Microsoft.ClassicCompute/virtualMachines", "", None, &[]),
    kind("Microsoft.Synapse/workspaces", "", None, &[]),
    kind(
        "Microsoft.ContainerRegistry/registries",
        "",
        Some("Premium"),
        &[
            ("adminUserEnabled", &["true", "false"]),
            ("anonymousPullEnabled", &["true", "false"]),
            ("networkRuleSet.defaultAction", &[r#""Allow""#, r#""Deny""#]),
        ],
    ),
    kind("Microsoft.Search/searchServices", "", None, &[]),
    kind(
        "Microsoft.DocumentDB/databaseAccounts",
        "GlobalDocumentDB",
        None,
        &[
            ("disableKeyBasedMetadataWriteAccess", &["true", "false"]),
            ("ipRules", &["[]", r#"[{"ipAddressOrRange":"203.0.113.7"}]"#]),
            ("isVirtualNetworkFilterEnabled", &["true", "false"]),
        ],
    ),
    kind("Microsoft.Kubernetes/connectedClusters", "", None, &[]),
    kind(
        "Microsoft.CognitiveServices/accounts",
        "OpenAI",
        Some("S0"),
        &[
            ("customSubDomainName", &[r#""x""#]),
            ("encryption.keySource", &[r#""Microsoft.KeyVault""#]),
            ("networkAcls.defaultAction", &[r#""Allow""#, r#""Deny""#]),
        ],
    ),
    kind("Microsoft.RecoveryServices/vaults", "", None, &[]),
    kind("Microsoft.Sql/managedInstances", "", None, &[]),
    kind("Microsoft.DBforPostgreSQL/servers", "", None, &[]),
    kind(
        "Microsoft.KeyVault/vaults",
        "",
        None,
        &[
            ("enableSoftDelete", &["true", "false"]),
            ("enablePurgeProtection", &["true"]),
            ("enableRbacAuthorization", &["true", "false"]),
            (
                "networkAcls",
                &[
                    r#"{"defaultAction":"Allow","bypass":"AzureServices"}"#,
                    r#"{"defaultAction":"Deny","bypass":"None","ipRules":[]}"#,
                ],
            ),
        ],
    ),
    kind("Microsoft.ServiceBus/namespaces", "", None, &[]),
    kind("Microsoft.EventHub/namespaces", "", None, &[]),
    kind(
        "Microsoft.Network/virtualNetworks",
        "",
        None,
        &[
            (
                "subnets",
                &[
                    r#"[{"name":"GatewaySubnet","properties":{"networkSecurityGroup":{"id":"x"}}}]"#,
                    r#"[{"name":"app","properties":{"addressPrefix":"10.0.0.0/24"}}]"#,
                ],
            ),
            ("enableDdosProtection", &["true", "false"]),
        ],
    ),
    kind("Microsoft.MachineLearningServices/workspaces", "", None, &[]),
    kind("Microsoft.Batch/batchAccounts", "", None, &[]),
    kind(
        "Microsoft.Compute/disks",
        "",
        Some("Premium_LRS"),
        &[
            ("networkAccessPolicy", &[r#""AllowAll""#, r#""DenyAll""#]),
            (
                "encryption.type",
                &[r#""EncryptionAtRestWithPlatformKey""#, r#""EncryptionAtRestWithCustomerKey""#],
            ),
        ],
    ),
    kind("Microsoft.Dashboard/grafana", "", None, &[]),
    kind(
        "Microsoft.Sql/servers/databases",
        "",
        Some("GP_Gen5"),
        &[
            ("requestedBackupStorageRedundancy", &[r#""Geo""#, r#""Local""#]),
            ("zoneRedundant", &["true", "false"]),
        ],
    ),
    kind("Microsoft.Kusto/clusters", "", None, &[]),
    kind(
        "Microsoft.Cache/redis",
        "",
        None,
        &[("enableNonSslPort", &["true", "false"]), ("minimumTlsVersion", &[r#""1.2""#])],
    ),
    kind("Microsoft.DBforMySQL/servers", "", None, &[]),
    kind("Microsoft.SignalRService/webPubSub", "", None, &[]),
    kind("Microsoft.AppConfiguration/configurationStores", "", None, &[]),
    kind("Microsoft.SignalRService/signalR", "", None, &[]),
    kind("Microsoft.Devices/IotHubs", "", None, &[]),
    kind("Microsoft.Automation/automationAccounts", "", None, &[]),
    kind("Microsoft.DesktopVirtualization/hostPools", "", None, &[]),
    kind("Microsoft.KeyVault/managedHSMs", "", None, &[]),
    kind("Microsoft.Databricks/workspaces", "", None, &[]),
    kind(
        "Microsoft.Network/applicationGateways",
        "",
        None,
        &[(
            "sku",
            &[r#"{"name":"WAF_v2","tier":"WAF_v2"}"#, r#"{"name":"Standard_v2","tier":"Standard_v2"}"#],
        )],
    ),
    kind("Microsoft.ApiManagement/service", "", None, &[]),
    kind("Microsoft.BotService/botServices", "", None, &[]),
    kind("Microsoft.DataProtection/backupVaults", "", None, &[]),
    kind("Microsoft.Network/azureFirewalls", "", None, &[]),
    kind("Microsoft.StreamAnalytics/streamingJobs", "", None, &[]),
    kind("Microsoft.DataFactory/factories", "", None, &[]),
    kind("Microsoft.EventGrid/domains", "", None, &[]),
    kind("Microsoft.EventGrid/topics", "", None, &[]),
    kind(
        "Microsoft.Network/networkSecurityGroups",
        "",
        None,
        &[(
            "securityRules",
            &[
                r#"[{"name":"ssh","properties":{"access":"Allow","direction":"Inbound","destinationPortRange":"22","sourceAddressPrefix":"*"}}]"#,
                "[]",
            ],
        )],
    ),
    kind("Microsoft.Insights/components", "", None, &[]),
    kind("Microsoft.Media/mediaServices", "", None, &[]),
    kind("Microsoft.ContainerInstance/containerGroups", "", None, &[]),
    kind("Microsoft.DBforMySQL/flexibleServers", "", None, &[]),
    kind("Microsoft.DBforMariaDB/servers", "", None, &[]),
    kind("Microsoft.Devices/provisioningServices", "", None, &[]),
    kind(
        "Microsoft.Compute/virtualMachines/extensions",
        "",
        None,
        &[
            ("publisher", &[r#""Microsoft.Azure.Monitor""#, r#""Microsoft.GuestConfiguration""#]),
            ("type", &[r#""AzureMonitorLinuxAgent""#, r#""ConfigurationforWindows""#]),
        ],
    ),
    kind("Microsoft.Web/hostingEnvironments", "", None, &[]),
    kind("Microsoft.Network/publicIPAddresses", "", None, &[]),
];
