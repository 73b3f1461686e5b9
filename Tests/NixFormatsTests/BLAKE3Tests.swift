import NixFormats
import Testing

@Suite struct BLAKE3Tests {
    /// Digests of so many bytes 0, 1, …, 250, 0, … as `nix hash file --type blake3` of Nix 2.34.8 prints them.
    static let digests: [(count: Int, digest: ByteString)] = [
        (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
        (1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"),
        (2, "7b7015bb92cf0b318037702a6cdd81dee41224f734684c2c122cd6359cb1ee63"),
        (3, "e1be4d7a8ab5560aa4199eea339849ba8e293d55ca0a81006726d184519e647f"),
        (63, "e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b"),
        (64, "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98"),
        (65, "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee"),
        (127, "d81293fda863f008c09e92fc382a81f5a0b4a1251cba1634016a0f86a6bd640d"),
        (128, "f17e570564b26578c33bb7f44643f539624b05df1a76c81f30acd548c44b45ef"),
        (129, "683aaae9f3c5ba37eaaf072aed0f9e30bac0865137bae68b1fde4ca2aebdcb12"),
        (1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"),
        (1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"),
        (1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"),
        (2047, "58830fbf51a4423c573b164471690570e544cfe793bead46225664796b4b1467"),
        (2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"),
        (2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"),
        (3072, "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2"),
        (3073, "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3"),
        (4096, "015094013f57a5277b59d8475c0501042c0b642e531b0a1c8f58d2163229e969"),
        (4097, "9b4052b38f1c5fc8b1f9ff7ac7b27cd242487b3d890d15c96a1c25b8aa0fb995"),
        (5120, "9cadc15fed8b5d854562b26a9536d9707cadeda9b143978f319ab34230535833"),
        (5121, "628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff"),
        (6144, "3e2e5b74e048f3add6d21faab3f83aa44d3b2278afb83b80b3c35164ebeca205"),
        (6145, "f1323a8631446cc50536a9f705ee5cb619424d46887f3c376c695b70e0f0507f"),
        (7168, "61da957ec2499a95d6b8023e2b0e604ec7f6b50e80a9678b89d2628e99ada77a"),
        (7169, "a003fc7a51754a9b3c7fae0367ab3d782dccf28855a03d435f8cfe74605e7817"),
        (8192, "aae792484c8efe4f19e2ca7d371d8c467ffb10748d8a5a1ae579948f718a2a63"),
        (8193, "bab6c09cb8ce8cf459261398d2e7aef35700bf488116ceb94a36d0f5f1b7bc3b"),
        (16384, "f875d6646de28985646f34ee13be9a576fd515f76b5b0a26bb324735041ddde4"),
        (31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"),
        (65535, "de7d0f4c044c56f56e0c5f7ab247be9491c4520e8688f0f0d25406f46fdfbd03"),
        (65536, "68d647e619a930e7b1082f74f334b0c65a315725569bdc123f0ee11881717bfe"),
        (65537, "7c99f9840a73dfcb6e5bfe4ff6d1558acab7e015640790c26411818bdbe17eca"),
        (102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"),
        (131072, "306baba93b1a393cbd35172837c98b0f59a41f64e1b2682ae102d8b2534b9e1c"),
        (131073, "f837d4254d24ba3d50fe3743d46e4af6db5f5d6ab0469197d94e7ba1e906c4d8"),
        (197633, "4a63c4066a13f92ef13a7ce30a7c14a0dd571d2a06caec332a75124e3f249a8f"),
        (327687, "744ee1ffd3ccf3d243ab36613bf5f147888ee662bbef87c8544aa447bb6ef256"),
    ]

    static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }

    @Test(arguments: digests) func hashesWhatNixHashes(count: Int, digest: ByteString) {
        let bytes = Self.bytes(count)
        #expect(Digester.hash(.blake3, bytes).base16 == digest)
        let digester = Digester(.blake3)
        for piece in [1, 1000, 1024, 65536, 70000] where piece > 1 || count < 5000 {
            for start in stride(from: 0, to: count, by: piece) {
                digester.update(Array(bytes[start..<min(start + piece, count)]))
                // Asking in between changes nothing.
                if start % 3 == 0 { _ = digester.currentHash() }
            }
            #expect(digester.currentHash().base16 == digest)
            #expect(digester.finish().base16 == digest)
        }
    }

    /// Expected values from the Python package blake3 1.0.11, `blake3(bytes, key=bytes(range(32))).hexdigest()`.
    static let keyed: [(count: Int, digest: ByteString)] = [
        (0, "73492b19995d71cdb1e9d74decc09809eb732f1b00bc95c27cb15f9dd4d6478f"),
        (1, "d08b45c6b127ee94f3f8527a0b82a5f80be1695a0eaec6022e772c0eb95a7e8b"),
        (64, "cfaf838ff320e0d87301dcba02b1a4bb397d65119f57403df2817a51d4025f9b"),
        (1025, "82223147a9b804a0c3f9a921b8d8aee250d1a51bb76be72152e6d5e8f27349b3"),
        (16384, "8880ce020ab0459420eee7e95f173d8a0d55c9b499d857880b0c661eb4162bae"),
        (65536, "ca2a089711002f4987989e5fab9c11ca9940e94ee258ea062d2bcb402de11ca9"),
        (65537, "77630e1400f2542f6c837ad042df8c5299643cfadbba280355f628f1e966b62a"),
        (131072, "0eed93ee0e31b0d5ba7c0feaf30758ac652cf202ed65e63a380a11369e95a086"),
        (327687, "6b81f867b3497025dd79e616d8c3f865349148664263137960dee531f86bc2b8"),
    ]

    @Test(arguments: keyed) func hashesWithKeys(count: Int, digest: ByteString) {
        let key = [UInt8](0..<32)
        #expect(Self.bytes(count).withUnsafeBytes { Digester.blake3($0, key: key) }.base16 == digest)
    }
}
